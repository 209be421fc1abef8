-- title: Referrers
-- about: Orders go to the last session of their person within 30 days that was not direct, else to a direct one.
--   Only sessions that came from another host have a row. Money is in the site's currency, orders are all.
-- sorts: visitors sessions orders revenue_minor referrer_host
WITH {from:DateTime64(3)} - INTERVAL 30 DAY AS since, 1 AS direct_last, {{session_days}}
SELECT
  referrer_host,
  uniqExactIf(visitor, session_count = 1) AS visitors, sum(session_count) AS sessions,
  sum(order_count) AS orders, sum(money) AS revenue_minor{{in_all}}
FROM ({{credits}})
WHERE referrer_host != ''{{and_sessions}}
GROUP BY referrer_host
ORDER BY {{sorted}}visitors DESC, orders DESC, referrer_host
LIMIT {limit:UInt32}{{skipped}}
