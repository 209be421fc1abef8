-- title: Recipients of an e-mail
-- about: What was seen of each recipient of one message, the last first. Opens and clicks of machines are counted beside
--   those of people; `visits` are pages that a click of it led to.
SELECT
  recipient, max(at) AS last_at,
  countIf(name = 'email_open' AND actor IN ('human', 'human_proxied')) AS human_opens,
  countIf(name = 'email_open' AND actor NOT IN ('human', 'human_proxied', 'invalid')) AS other_opens,
  countIf(name = 'email_click' AND actor = 'human') AS human_clicks,
  countIf(name = 'email_click' AND actor NOT IN ('human', 'invalid')) AS other_clicks,
  countIf(via NOT IN ('open', 'link', 'unsubscribe')) AS visits,
  countIf(name = 'email_unsubscribe' AND properties['wants'] = 'leave') AS leaves
FROM events FINAL
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND message = {message:String} AND recipient != ''
GROUP BY recipient
ORDER BY last_at DESC, recipient
LIMIT {limit:UInt32}
