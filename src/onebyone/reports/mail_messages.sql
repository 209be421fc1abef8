-- title: E-mails
-- about: Opens and clicks of each message by who they came from. `openers` are recipients whom a person's open or click
--   was seen of; `measured_openers` are those of them for whom Apple fetched nothing; `provisional` clicks are younger
--   than a minute and may turn out to be part of a burst.
SELECT
  message,
  sum(opens) AS all_opens, countIf(recipient != '' AND opens > 0) AS all_openers,
  sum(human_opens) AS opens_by_people, sumIf(human_opens, recipient = '') AS counted_opens,
  sum(machine_opens) AS opens_by_machines, sum(unclear_opens) AS opens_unclear,
  countIf(recipient != '' AND (human_opens > 0 OR human_clicks > 0)) AS openers,
  countIf(recipient != '' AND apple = 0 AND (human_opens > 0 OR human_clicks > 0)) AS measured_openers,
  countIf(recipient != '' AND apple = 1) AS apple_recipients,
  countIf(recipient != '' AND apple = 1 AND human_opens = 0 AND human_clicks = 0) AS apple_only,
  sum(human_clicks) AS clicks_by_people, countIf(human_clicks > 0) AS clickers,
  sum(machine_clicks) AS clicks_by_machines, sum(unclear_clicks) AS clicks_unclear,
  sum(young_clicks) AS provisional, sum(leaves) AS unsubscribed
FROM (
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
    countIf(name = 'email_unsubscribe' AND properties['wants'] = 'leave') AS leaves
  FROM events FINAL
  PREWHERE name IN ('email_open', 'email_click', 'email_unsubscribe') -- part of the id, so of the key
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  GROUP BY message, recipient
)
GROUP BY message
ORDER BY message
LIMIT {limit:UInt32}
