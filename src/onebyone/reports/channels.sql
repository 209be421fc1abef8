-- title: Channels
-- about: Orders go to the visitor's last session within 30 days that was not direct, else to a direct one.
--   An order without a visitor, or without a session in that time, is 'Unattributed'.
--   Orders are those in the site's currency.
WITH {from:DateTime64(3)} - INTERVAL 30 DAY AS since, 1 AS direct_last, {{session_days}}
SELECT
  multiIf(session.visitor = 0, 'Unattributed', session.channel = '', 'Unassigned', session.channel) AS channel,
  {{session_columns}}
FROM {{sessions_and_credits}}
GROUP BY channel
HAVING sessions > 0 OR orders > 0
ORDER BY channel = 'Unattributed', visitors DESC, orders DESC, channel
