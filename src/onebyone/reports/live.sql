-- title: Arriving now
-- about: The newest sightings of both tables behind a cursor: the time, hit and index of the last one shown.
--   Give a recent `after_at`: the epoch works, and reads the arrival of every row.
SELECT *
FROM (
  SELECT
    received_at, at, 'kept' AS fate, '' AS reason, name, via, host, path, order_id, value, currency, country,
    browser, os, device, actor, agent, toString(hit) AS hit, n, event_id, visitor
  FROM events FINAL
  WHERE site = {site:String}
    AND received_at >= {after_at:DateTime64(3)}
    AND (received_at, toString(events.hit), n) > ({after_at:DateTime64(3)}, {after_hit:String}, {after_n:UInt32}){{and_own}}
    AND received_at >= (
      SELECT min(newest.received_at)
      FROM (
        SELECT received_at
        FROM events FINAL
        WHERE site = {site:String} AND received_at >= {after_at:DateTime64(3)}{{and_own}}
        ORDER BY received_at DESC
        LIMIT {limit:UInt32}
      ) AS newest) -- reads one column of all rows before all columns of a few
  UNION ALL
  SELECT
    received_at, at, toString(fate), toString(reason), name, via, host, path, order_id, value, currency, country,
    browser, os, device, actor, agent, toString(hit) AS hit, n, event_id, visitor
  FROM drops FINAL
  WHERE site = {site:String}
    AND received_at >= {after_at:DateTime64(3)}
    AND (received_at, toString(drops.hit), n) > ({after_at:DateTime64(3)}, {after_hit:String}, {after_n:UInt32}){{and_drops}}
    AND received_at >= (
      SELECT min(newest.received_at)
      FROM (
        SELECT received_at
        FROM drops FINAL
        WHERE site = {site:String} AND received_at >= {after_at:DateTime64(3)}{{and_drops}}
        ORDER BY received_at DESC
        LIMIT {limit:UInt32}
      ) AS newest) -- reads one column of all rows before all columns of a few
)
ORDER BY received_at DESC, hit DESC, n DESC
LIMIT {limit:UInt32}
