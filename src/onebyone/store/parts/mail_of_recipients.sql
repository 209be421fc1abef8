-- what was seen of each recipient of each message, by whom; recipient '' is who may not be named
SELECT
  message, recipient,
  countIf(name = 'email_open' AND actor != 'invalid') AS opens,
  countIf(name = 'email_open' AND actor IN ('human', 'human_proxied')) AS human_opens,
  countIf(name = 'email_open' AND actor IN ('machine_prefetch', 'machine_scanner')) AS machine_opens,
  countIf(name = 'email_open' AND actor IN ('suspect', 'machine_declared')) AS unclear_opens,
  max(name = 'email_open' AND has(reasons, 'ua.apple_mpp')) AS apple,
  countIf(name = 'email_click' AND actor = 'human') AS human_clicks,
  countIf(name = 'email_click' AND startsWith(actor, 'machine_')) AS machine_clicks,
  countIf(name = 'email_click' AND actor = 'suspect') AS unclear_clicks,
  countIf(name = 'email_click' AND actor = 'human' AND at > {to:DateTime64(3)} - INTERVAL 1 MINUTE) AS young_clicks,
  countIf(name = 'email_unsubscribe' AND properties['wants'] = 'leave') AS leaves,
  min(at) AS first_at, max(at) AS last_at
FROM events FINAL
PREWHERE name IN ('email_open', 'email_click', 'email_unsubscribe') -- part of the id, so of the key
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
GROUP BY message, recipient
