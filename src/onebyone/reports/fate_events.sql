-- title: Fate: events
-- about: Events whose hit, sighting (`hit/n`), id, sent, event or order id is one of `ids`, oldest first.
WITH
  arrayMap(x -> toUUIDOrZero(x), {ids:Array(String)}) AS uuids,
  arrayMap(
    x -> (toUUIDOrZero(splitByChar('/', x)[1]), toUInt32OrZero(splitByChar('/', x)[2])),
    arrayFilter(x -> position(x, '/') > 0, {ids:Array(String)})) AS sightings,
  sightings.1 AS hits
SELECT *
FROM events FINAL
WHERE site = {site:String}
  AND (day, visitor, at, id) GLOBAL IN ( -- the key first, by an index for each kind of id; then all columns of a few rows
    SELECT day, visitor, at, id FROM events WHERE site = {site:String} AND order_id != '' AND order_id IN {ids:Array(String)}
    UNION ALL
    SELECT day, visitor, at, id FROM events WHERE site = {site:String} AND event_id != '' AND event_id IN {ids:Array(String)}
    UNION ALL
    SELECT day, visitor, at, id FROM events WHERE site = {site:String} AND sent_id != '' AND sent_id IN {ids:Array(String)}
    UNION ALL
    SELECT day, visitor, at, id FROM events WHERE site = {site:String} AND has(uuids, hit)
    UNION ALL
    SELECT day, visitor, at, id FROM events WHERE site = {site:String} AND has(uuids, id)
    UNION ALL
    SELECT day, visitor, at, id FROM events WHERE site = {site:String} AND has(hits, hit) AND has(sightings, (hit, n)))
ORDER BY received_at, hit, n
LIMIT {limit:UInt32}
