-- title: Channels
-- about: Orders go to the last session of their person within 30 days that was not direct, else to a direct one.
--   An order without a person, or without a session in that time, is 'Unattributed'.
--   Money is in the site's currency, orders are all.
-- sorts: visitors sessions orders revenue_minor channel
WITH {from:DateTime64(3)} - INTERVAL 30 DAY AS since, 1 AS direct_last, {{session_days}}
SELECT
  multiIf(NOT found, 'Unattributed', line.channel = '', 'Unassigned', line.channel) AS channel,
  uniqExactIf(visitor, session_count = 1) AS visitors, sum(session_count) AS sessions,
  sum(order_count) AS orders, sum(money) AS revenue_minor
FROM ({{credits}}) AS line
WHERE true{{and_sessions}}
GROUP BY channel
ORDER BY {{sorted}}channel = 'Unattributed', visitors DESC, orders DESC, channel
