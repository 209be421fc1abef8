-- title: How the order count came about
-- about: Reports of orders that were copies, by reason, and the orders that count; their sum is what arrived.
--   `bridged` were counted until a copy showed that they were another order, `cancelled` until they were cancelled,
--   `unconfirmed` until a day had passed without a word from the server that tells every order.
--   A copy counts on its own time. Copies of suspects count as people's: a drop keeps no rules.
SELECT reason, copies
FROM (
  SELECT 'kept' AS reason, count() AS copies
  FROM ({{orders}})
  UNION ALL
  SELECT if({{standing}} = 'joined', 'bridged', {{standing}}) AS reason, count()
  FROM conversions FINAL
  WHERE site = {site:String} AND name = 'purchase' AND {{standing}} IN ('joined', 'cancelled', 'unconfirmed')
    AND first_day >= toDate({from:DateTime64(3)}) - 31
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
  GROUP BY reason
  UNION ALL
  SELECT reason, count()
  FROM drops FINAL
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND (name = 'purchase' OR order_id != '')
    AND reason IN ('duplicate_event', 'order_joined', 'order_reloaded', 'order_back_forward', 'order_repeated',
        'page_reloaded', 'matched_weakly', 'adjustment_repeated', 'open_repeated')
    AND multiIf(
      {traffic:String} = 'people', actor IN ('human', 'human_proxied', 'suspect'),
      {traffic:String} = 'machines', startsWith(actor, 'machine_') OR actor = 'invalid',
      {traffic:String} = 'unclear', actor = 'suspect',
      {traffic:String} = 'all')
  GROUP BY reason
)
ORDER BY reason = 'kept' DESC, copies DESC, reason
