-- title: Contents
-- about: What `utm_content` said where a session began, with the campaign it came by. Orders go to the last session of
--   their person within 30 days that was not direct, else to a direct one. Only sessions with a content have a row.
--   Money is in the site's currency, orders are all.
-- sorts: visitors sessions orders revenue_minor content
WITH {from:DateTime64(3)} - INTERVAL 30 DAY AS since, 1 AS direct_last, {{session_days}}
SELECT
  content, campaign,
  uniqExactIf(visitor, session_count = 1) AS visitors, sum(session_count) AS sessions,
  sum(order_count) AS orders, sum(money) AS revenue_minor{{in_all}}
FROM ({{credits}})
WHERE content != ''{{and_sessions}}
GROUP BY content, campaign
ORDER BY {{sorted}}visitors DESC, orders DESC, content, campaign
LIMIT {limit:UInt32}{{skipped}}
