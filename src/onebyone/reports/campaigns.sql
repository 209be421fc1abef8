-- title: Campaigns
-- about: Orders go to the visitor's last session within 30 days that was not direct, else to a direct one.
--   Only sessions of a named campaign have a row. Orders are those in the site's currency.
WITH {from:DateTime64(3)} - INTERVAL 30 DAY AS since, 1 AS direct_last, {{session_days}}
SELECT
  session.campaign AS campaign, session.source AS source, session.medium AS medium,
  {{session_columns}}
FROM {{sessions_and_credits}}
WHERE session.campaign NOT IN ('', '(not set)')
GROUP BY campaign, source, medium
HAVING sessions > 0 OR orders > 0
ORDER BY visitors DESC, orders DESC, campaign, source, medium
LIMIT {limit:UInt32}
