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
FROM ({{mail_of_recipients}})
GROUP BY message
ORDER BY message
LIMIT {limit:UInt32}
