-- title: Everything that is kept of one person
-- about: For the person's own copy. As what one person did, with events that only name one of the hashed `values` ("email:" and the hash) or `orders`.
WITH arrayMap(text -> toUInt64OrZero(text), {nodes:Array(String)}) AS numbers,
  (
    has(numbers, node) OR has(numbers, visitor) OR has({orders:Array(String)}, order_id)
    OR hasAny(arrayMap((kind, hash) -> concat(kind, ':', hash), mapKeys(identifiers), mapValues(identifiers)), {values:Array(String)})
  ) AS is_hers
SELECT
  at, received_at, name, via, concat(toString(hit), '/', toString(n)) AS sighting, event_id, toString(visitor) AS visitor_number, user_id,
  host, path, query, title, referrer, language, channel, source, medium, campaign, campaign_id, term, content, click_ids,
  browser_ids,
  events.browser AS browser_name, os, device, country, actor, order_id, value, currency, items, coupon, tax, shipping, adjustment_id,
  properties, flags, permissions, consent_source, region, identifiers, message, recipient, conversion
FROM (
  SELECT *, node, {{person}} AS person
  FROM events FINAL
  {{by_whom}}
  PREWHERE (day, visitor, at, id) GLOBAL IN ( -- the key: all columns are read of few rows
    SELECT day, visitor, at, id FROM events WHERE site = {site:String} AND is_hers)
  WHERE site = {site:String} AND is_hers
) AS events
WHERE person = toUInt64({person:String}) OR NOT has(numbers, {{known_node}})
ORDER BY at, seq, hit, n
LIMIT {limit:UInt32}
