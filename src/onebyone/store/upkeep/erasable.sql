-- Sightings of those in `erasing`, with what else names them. Every version of a row, merged or not.
WITH
  (SELECT groupArray(text) FROM erasing WHERE site = {site:String} AND kind = 'value') AS hashes,
  (SELECT groupArray(toUInt64(text)) FROM erasing WHERE site = {site:String} AND kind = 'visitor') AS visitors,
  (SELECT groupArray(text) FROM erasing WHERE site = {site:String} AND kind = 'user') AS users,
  (SELECT groupArray(text) FROM erasing WHERE site = {site:String} AND kind = 'order') AS orders,
  (SELECT groupArray(text) FROM erasing WHERE site = {site:String} AND kind = 'recipient') AS recipients
SELECT concat(toString(hit), '/', toString(n)) AS sighting, received_at, via, order_id, user_id
FROM events
WHERE site = {site:String} AND (
  has(visitors, visitor) OR has(visitors, linked) OR has(users, user_id) OR has(orders, order_id) OR has(recipients, recipient)
  OR hasAny(arrayMap((kind, hash) -> concat(kind, ':', hash), mapKeys(identifiers), mapValues(identifiers)), hashes)
  OR conversion GLOBAL IN (SELECT text FROM erasing WHERE site = {site:String} AND kind = 'record')
  OR concat(toString(hit), '/', toString(n)) GLOBAL IN (SELECT text FROM erasing WHERE site = {site:String} AND kind = 'sighting'))
UNION ALL
SELECT concat(toString(hit), '/', toString(n)) AS sighting, received_at, via, order_id, '' AS user_id
FROM drops
WHERE site = {site:String} AND reason != 'erased' AND (
  has(visitors, visitor) OR has(orders, order_id)
  OR concat(toString(hit), '/', toString(n)) GLOBAL IN (SELECT text FROM erasing WHERE site = {site:String} AND kind = 'sighting')
  OR concat(toString(of_hit), '/', toString(of_n)) GLOBAL IN (SELECT text FROM erasing WHERE site = {site:String} AND kind = 'sighting'))
