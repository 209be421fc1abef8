-- title: Terms
-- about: What `utm_term` said where a session began, with the campaign it came by. Orders go to the last session of
--   their person within 30 days that was not direct, else to a direct one. Only sessions with a term have a row.
--   Money is in the site's currency, orders are all.
-- sorts: visitors sessions orders revenue_minor term
WITH {from:DateTime64(3)} - INTERVAL 30 DAY AS since, 1 AS direct_last, {{session_days}}
SELECT
  term, campaign,
  uniqExactIf(visitor, session_count = 1) AS visitors, sum(session_count) AS sessions,
  sum(order_count) AS orders, sum(money) AS revenue_minor{{in_all}}
FROM ({{credits}})
WHERE term != ''{{and_sessions}}
GROUP BY term, campaign
ORDER BY {{sorted}}visitors DESC, orders DESC, term, campaign
LIMIT {limit:UInt32}{{skipped}}
