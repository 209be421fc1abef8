-- title: Fate: events
-- about: Events whose hit, sighting (`hit/n`), id, sent, event or order id is one of `ids`, oldest first.
WITH
  arrayMap(x -> toUUIDOrZero(x), {ids:Array(String)}) AS uuids,
  arrayMap(
    x -> (toUUIDOrZero(splitByChar('/', x)[1]), toUInt32OrZero(splitByChar('/', x)[2])),
    arrayFilter(x -> position(x, '/') > 0, {ids:Array(String)})) AS sightings
SELECT *
FROM events FINAL
WHERE site = {site:String}
  AND (day, visitor, at, id) GLOBAL IN ( -- the key first: all columns of a few rows
    SELECT day, visitor, at, id
    FROM events
    WHERE site = {site:String}
      AND (
        (order_id != '' AND order_id IN {ids:Array(String)})
        OR (event_id != '' AND event_id IN {ids:Array(String)})
        OR (sent_id != '' AND sent_id IN {ids:Array(String)})
        OR has(uuids, hit) OR has(uuids, id) OR has(sightings, (hit, n))))
ORDER BY received_at, hit, n
LIMIT {limit:UInt32}
