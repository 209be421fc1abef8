-- title: Orders to reconcile
-- about: Orders of people, cancelled ones too, each with the sessions of its person before it (time, source, medium,
--   campaign, channel), what became of it, and the destinations that took it or were told of a refund.
WITH
  {from:DateTime64(3)} - toIntervalDay({window_days:UInt16}) AS since,
  toUInt64({window_days:UInt16}) * 86400000 AS window_ms,
  {{session_days}}
SELECT
  toString(purchase.id) AS id, any(purchase.at) AS at, any(purchase.status) AS status,
  any(purchase.order_id) AS order_id, any(purchase.currency) AS currency, any(purchase.gross) AS gross,
  any(purchase.net) AS net, any(purchase.in_browser) AS in_browser, any(purchase.permissions) AS permissions,
  any(delivery.accepted) AS accepted, any(delivery.told) AS told,
  arraySort(groupArrayIf(
    (session.ms, session.source, session.medium, session.campaign, session.channel),
    session.ms > 0 AND session.ms BETWEEN purchase.ms - window_ms AND purchase.ms)) AS visits
FROM (
  SELECT person, toUInt64(toUnixTimestamp64Milli(started)) AS ms, source, medium, campaign, channel
  FROM ({{sessions_of_persons}})
) AS session
GLOBAL RIGHT JOIN (
  SELECT {{person}} AS person, toUInt64(toUnixTimestamp64Milli(at)) AS ms, bought.*
  FROM (
    SELECT
      id, at, visitor, {{order_node}} AS node, status, order_id, currency, gross, net, in_browser, permissions
    FROM conversions FINAL
    WHERE site = {site:String} AND name = 'purchase' AND {{standing}} IN ('counted', 'cancelled')
      AND first_day >= toDate({from:DateTime64(3)}) - 31 -- the first copy seen is seldom the earliest
      AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
      AND ({{of_traffic}}{{and_orders}})
    ORDER BY at, toString(id) -- of more orders than are asked for, the visits need not be found
    LIMIT {limit:UInt32}
  ) AS bought
  {{by_whom}}
) AS purchase ON session.person = purchase.person
GLOBAL LEFT JOIN (
  SELECT
    conversion, groupUniqArrayIf(toString(destination), part = '' AND state = 'accepted') AS accepted,
    groupUniqArrayIf(toString(destination), part = 'adjust' AND state = 'accepted') AS told
  FROM deliveries FINAL
  WHERE site = {site:String} AND first_day >= toDate({from:DateTime64(3)}) - 31
  GROUP BY conversion
) AS delivery ON delivery.conversion = purchase.id
GROUP BY purchase.id
ORDER BY at, id
LIMIT {limit:UInt32}
