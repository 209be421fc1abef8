-- title: Orders of a similar id
-- about: The order ids most like a mistyped one, the newest first among equals.
SELECT order_id
FROM (
  SELECT order_id, max(at) AS last_at
  FROM events FINAL
  PREWHERE order_id != ''
  WHERE site = {site:String}
  GROUP BY order_id
)
ORDER BY
  damerauLevenshteinDistance(substringUTF8(lowerUTF8(order_id), 1, 64), substringUTF8(lowerUTF8({id:String}), 1, 64)),
  last_at DESC, order_id
LIMIT {limit:UInt32}
