-- title: Landing pages
-- about: Pages by the sessions that began on them, and the orders those sessions led to.
--   An order belongs to the last session of its person before it, direct or not.
--   Money is in the site's currency, orders are all.
-- sorts: visitors sessions orders revenue_minor path
WITH {from:DateTime64(3)} - INTERVAL 30 DAY AS since, 0 AS direct_last, {{session_days}}
SELECT
  host, path,
  uniqExactIf(visitor, session_count = 1) AS visitors, sum(session_count) AS sessions,
  sum(order_count) AS orders, sum(money) AS revenue_minor{{in_all}}
FROM ({{credits}})
WHERE found{{and_sessions}}
GROUP BY host, path
ORDER BY {{sorted}}visitors DESC, orders DESC, host, path
LIMIT {limit:UInt32}{{skipped}}
