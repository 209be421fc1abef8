-- title: Kept one by one
-- about: The events received in the period, whenever they happened, the newest first, behind `after_ms` and `after_id`: when the
--   last one shown was received, and its hit with its index. Each row has the number of all of them.
WITH
  ( -- of all rows few columns, and then all columns of a few
    SELECT (count(), groupArraySortedIf({limit:UInt32})(-toUnixTimestamp64Milli(received_at), {{received_before}}))
    FROM events FINAL
    WHERE site = {site:String} AND received_at >= {from:DateTime64(3)} AND received_at < {to:DateTime64(3)}
  ) AS found,
  if(empty(found.2), {to:DateTime64(3)}, fromUnixTimestamp64Milli(-found.2[-1], 'UTC')) AS oldest
SELECT * REPLACE (toString(hit) AS hit)
FROM (
  SELECT
    received_at, at, name, via, path, order_id, value, currency, country, os, actor, hit, n, found.1 AS counted
  FROM events FINAL
  WHERE site = {site:String} AND received_at >= oldest AND received_at < {to:DateTime64(3)} AND {{received_before}}
  ORDER BY received_at DESC, concat(toString(hit), '.', toString(n)) DESC
  LIMIT {limit:UInt32}
)
ORDER BY received_at DESC, concat(hit, '.', toString(n)) DESC
