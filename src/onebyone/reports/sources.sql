-- title: Sources
-- about: Orders go to the visitor's last session within 30 days that was not direct, else to a direct one.
--   An order without a session in that time is '(unattributed)'. Orders are those in the site's currency.
WITH {from:DateTime64(3)} - INTERVAL 30 DAY AS since, 1 AS direct_last, {{session_days}}
SELECT
  if(session.visitor = 0, '(unattributed)', session.source) AS source, session.medium AS medium,
  {{session_columns}}
FROM {{sessions_and_credits}}
GROUP BY source, medium
HAVING sessions > 0 OR orders > 0
ORDER BY source = '(unattributed)', visitors DESC, orders DESC, source, medium
LIMIT {limit:UInt32}
