-- title: Kept one by one
-- about: The events received in the period, whenever they happened, the newest first, behind `after_ms` and `after_id`: when the
--   last one shown was received, and its hit with its index. Each row has the number of all of them.
SELECT * REPLACE (toString(hit) AS hit)
FROM (
  SELECT
    received_at, at, name, via, path, order_id, value, currency, country, os, actor, hit, n,
    (
      SELECT count()
      FROM events FINAL
      WHERE site = {site:String} AND received_at >= {from:DateTime64(3)} AND received_at < {to:DateTime64(3)}) AS counted
  FROM events FINAL
  WHERE site = {site:String} AND received_at < {to:DateTime64(3)} AND {{received_before}}
    AND received_at >= (
      SELECT min(newest.received_at)
      FROM (
        SELECT received_at
        FROM events FINAL
        WHERE site = {site:String} AND received_at >= {from:DateTime64(3)} AND received_at < {to:DateTime64(3)}
          AND {{received_before}}
        ORDER BY received_at DESC
        LIMIT {limit:UInt32}
      ) AS newest) -- reads few columns of all rows before all columns of a few
  ORDER BY received_at DESC, concat(toString(hit), '.', toString(n)) DESC
  LIMIT {limit:UInt32}
)
ORDER BY received_at DESC, concat(hit, '.', toString(n)) DESC
