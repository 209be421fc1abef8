-- title: Orders behind a share of credit
-- about: The orders (or what else `event` counts) of which a row of Attribution has a share by `model`, one of Credits by
--   rule: `label` names the row, [] all of them; [''] are those without a session before them. `share` is of one order, and
--   `share_minor` its money. The newest first, behind `after_ms` and `after_id`; each row has the number of all of them,
--   the net sum of those in the site's currency, and the sums of their shares.
-- counts: {event:String}
WITH
  {from:DateTime64(3)} - toIntervalDay({window_days:UInt16}) AS since,
  toUInt64({window_days:UInt16}) * 86400000 AS window_ms,
  {{session_days}}
SELECT
  toString(order_key) AS id, toString(hit) AS first_hit, order_id, at AS placed_at, gross AS gross_minor, net AS net_minor,
  currency, toString(visitor) AS visitor, country, device, in_browser, in_server, toFloat64(part) / 1000000000000 AS share,
  part_minor AS share_minor, counted, net_sum, toFloat64(part_sum) / 1000000000000 AS share_sum, share_minor_sum
FROM (
  SELECT
    *, placed.id AS order_key, count() OVER () AS counted, sum({{home_net}}) OVER () AS net_sum,
    sum(part) OVER () AS part_sum, sum(part_minor) OVER () AS share_minor_sum
  FROM ({{orders}}) AS placed
  GLOBAL INNER JOIN (
    SELECT id, sum(share) AS part, sum(money) AS part_minor
    FROM ({{credit_parts}})
    WHERE model = {model:String} AND (empty({label:Array(String)}) OR has({label:Array(String)}, label))
    GROUP BY id
    HAVING part > 0
  ) AS line ON placed.id = line.id)
WHERE toUnixTimestamp64Milli(at) < {after_ms:Int64}
  OR (toUnixTimestamp64Milli(at) = {after_ms:Int64} AND toString(order_key) < {after_id:String})
ORDER BY placed_at DESC, id DESC
LIMIT {limit:UInt32}
