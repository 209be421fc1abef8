-- title: What one person did
-- about: All kept events of a person, the last first. `nodes` are the numbers of the person's browsers and user ids.
WITH arrayMap(text -> toUInt64OrZero(text), {nodes:Array(String)}) AS numbers
SELECT
  at, name, via, toString(visitor) AS browser, user_id, host, path, title, channel, campaign, order_id, value, currency,
  agent, events.browser AS browser_name, os, device, country, toString(hit) AS hit, n, event_id, permissions, consent_source,
  joined_later
FROM (
  SELECT *, {{person}} AS person, {{joined_later}} AS joined_later
  FROM events FINAL
  {{by_whom}}
  WHERE site = {site:String} AND (has(numbers, node) OR has(numbers, visitor))
) AS events
WHERE person = toUInt64({person:String})
ORDER BY at DESC, seq DESC, hit DESC, n DESC
LIMIT {limit:UInt32}
