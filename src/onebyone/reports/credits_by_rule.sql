-- title: Credits by rule
-- about: Orders, and their money in the site's currency, shared among the sessions of `window_days` before each order by
--   every rule that looks at one order alone. `event` is what counts as an order: purchase, sign_up, any that the site
--   declares. `by` names the touches: channel, source or campaign; '' is unattributed.
--   `reset` 1 takes no session before the order before; `reduce` shortens paths: exposure, first, frequency,
--   no_last_direct, no_direct, last_3 (any number), '' for no way.
--   Money is split by largest remainder, an earlier touch first, and an order in parts of 10^12, the first touch with
--   what is left over, so each order's parts add up to it exactly and sums are the same in any order of rows.
-- counts: {event:String}
WITH
  {from:DateTime64(3)} - toIntervalDay({window_days:UInt16}) AS since,
  toUInt64({window_days:UInt16}) * 86400000 AS window_ms,
  {{session_days}}
SELECT model, label, toFloat64(sum(share)) / 1000000000000 AS orders, sum(money) AS revenue_minor
FROM ({{credit_parts}})
GROUP BY model, label
ORDER BY model, label = '', revenue_minor DESC, label
