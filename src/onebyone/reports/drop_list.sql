-- title: Drops one by one
-- about: The sightings received in the period that became no event for one `reason`, or of the fate `dropped` or
--   `failed` for any; the newest first, behind `after_ms` and `after_id`: when the last one shown was received, and its hit with its index. Each row has the number of all of them.
SELECT
  received_at, toString(hit) AS hit, n, reason, name, via, host, path, order_id, country, os, actor, toString(of_hit) AS of_hit,
  counted
FROM (
  SELECT *, count() OVER () AS counted
  FROM drops FINAL
  WHERE site = {site:String} AND {reason:String} IN (reason, fate)
    AND received_at >= {from:DateTime64(3)} AND received_at < {to:DateTime64(3)}
) AS whole
WHERE toUnixTimestamp64Milli(received_at) < {after_ms:Int64}
  OR (toUnixTimestamp64Milli(received_at) = {after_ms:Int64} AND concat(toString(whole.hit), '.', toString(n)) < {after_id:String})
ORDER BY received_at DESC, concat(hit, '.', toString(n)) DESC
LIMIT {limit:UInt32}
