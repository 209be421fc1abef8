-- title: Campaigns
-- about: Orders go to the last session of their person within 30 days that was not direct, else to a direct one.
--   Only sessions of a named campaign have a row. Money is in the site's currency, orders are all.
-- sorts: visitors sessions orders revenue_minor campaign
WITH {from:DateTime64(3)} - INTERVAL 30 DAY AS since, 1 AS direct_last, {{session_days}}
SELECT
  campaign, source, medium,
  uniqExactIf(visitor, session_count = 1) AS visitors, sum(session_count) AS sessions,
  sum(order_count) AS orders, sum(money) AS revenue_minor{{in_all}}
FROM ({{credits}})
WHERE campaign NOT IN ('', '(not set)'){{and_sessions}}
GROUP BY campaign, source, medium
ORDER BY {{sorted}}visitors DESC, orders DESC, campaign, source, medium
LIMIT {limit:UInt32}{{skipped}}
