-- title: Sessions
-- about: The sessions of the period, the newest first. Where one ends and another begins is the site's own rule.
--   `id` is made from the browser's id and its first event; an event that comes late may join two sessions into one.
WITH {from:DateTime64(3)} AS since, {{session_days}}
SELECT
  lower(hex(id)) AS session, visitor, started, ifNull(engaged_at < {to:DateTime64(3)}, false) AS engaged,
  channel, source, medium, campaign, referrer_host, host, path
FROM ({{sessions_since}})
  WHERE true{{and_sessions}}
ORDER BY started DESC, session
LIMIT {limit:UInt32}
