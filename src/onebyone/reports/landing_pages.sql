-- title: Landing pages
-- about: Pages by the sessions that began on them, and the orders of the site's currency those sessions led to.
--   An order belongs to the visitor's last session before it, direct or not.
WITH {from:DateTime64(3)} - INTERVAL 30 DAY AS since, 0 AS direct_last, {{session_days}}
SELECT
  session.host AS host, session.path AS path,
  {{session_columns}}
FROM {{sessions_and_credits}}
WHERE session.visitor != 0
GROUP BY host, path
HAVING sessions > 0 OR orders > 0
ORDER BY visitors DESC, orders DESC, host, path
LIMIT {limit:UInt32}
