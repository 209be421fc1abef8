-- title: Fate: drops
-- about: Drops whose hit, sighting (`hit/n`), sent, event or order id is one of `ids`, and copies of these sightings.
WITH
  arrayMap(x -> toUUIDOrZero(x), {ids:Array(String)}) AS uuids,
  arrayMap(
    x -> (toUUIDOrZero(splitByChar('/', x)[1]), toUInt32OrZero(splitByChar('/', x)[2])),
    arrayFilter(x -> position(x, '/') > 0, {ids:Array(String)})) AS sightings
SELECT *
FROM drops FINAL
WHERE site = {site:String}
  AND (
    (order_id != '' AND order_id IN {ids:Array(String)})
    OR (event_id != '' AND event_id IN {ids:Array(String)})
    OR (sent_id != '' AND sent_id IN {ids:Array(String)})
    OR has(uuids, hit) OR has(sightings, (hit, n)) OR has(sightings, (of_hit, of_n)))
ORDER BY received_at, hit, n
LIMIT {limit:UInt32}
