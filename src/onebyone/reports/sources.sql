-- title: Sources
-- about: Orders go to the last session of their person within 30 days that was not direct, else to a direct one.
--   An order without a session in that time is '(unattributed)'. Money is in the site's currency, orders are all.
-- sorts: visitors sessions orders revenue_minor source
WITH {from:DateTime64(3)} - INTERVAL 30 DAY AS since, 1 AS direct_last, {{session_days}}
SELECT
  if(found, line.source, '(unattributed)') AS source, medium,
  uniqExactIf(visitor, session_count = 1) AS visitors, sum(session_count) AS sessions,
  sum(order_count) AS orders, sum(money) AS revenue_minor{{in_all}}
FROM ({{credits}}) AS line
WHERE true{{and_sessions}}
GROUP BY source, medium
ORDER BY {{sorted}}source = '(unattributed)', visitors DESC, orders DESC, source, medium
LIMIT {limit:UInt32}{{skipped}}
