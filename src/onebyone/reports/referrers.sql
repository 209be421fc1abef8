-- title: Referrers
-- about: Orders go to the visitor's last session within 30 days that was not direct, else to a direct one.
--   Only sessions that came from another host have a row. Orders are those in the site's currency.
WITH {from:DateTime64(3)} - INTERVAL 30 DAY AS since, 1 AS direct_last, {{session_days}}
SELECT
  session.referrer_host AS referrer_host,
  {{session_columns}}
FROM {{sessions_and_credits}}
WHERE session.referrer_host != ''
GROUP BY referrer_host
HAVING sessions > 0 OR orders > 0
ORDER BY visitors DESC, orders DESC, referrer_host
LIMIT {limit:UInt32}
