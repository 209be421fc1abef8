-- title: Orders behind an e-mail
-- about: The orders that Orders by e-mail counts for one `message`. The newest first, behind `after_ms` and `after_id`; each row
--   has the number of all of them and the net sum of those in the site's currency.
SELECT
  {{order_line}}, counted, net_sum
FROM (
  SELECT *, count() OVER () AS counted, sum({{home_net}}) OVER () AS net_sum
  FROM ({{orders}}) AS placed
  WHERE id GLOBAL IN (SELECT id FROM ({{mail_credits}}) AS credited WHERE message = {message:String})
)
WHERE toUnixTimestamp64Milli(at) < {after_ms:Int64}
  OR (toUnixTimestamp64Milli(at) = {after_ms:Int64} AND toString(id) < {after_id:String})
ORDER BY placed_at DESC, id DESC
LIMIT {limit:UInt32}
