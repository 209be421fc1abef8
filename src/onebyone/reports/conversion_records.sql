-- title: Records of conversions
-- about: One row a conversion, however often it was reported, behind `after_rank` and `after_id` in the order of `sort`:
--   at, net or copies, with - in front the largest first. `gross_minor` is before refunds, `net_minor` after them.
SELECT
  toString(record) AS id, toString(hit) AS first_hit, n, event, order_id, event_id, placed_at, status, gross AS gross_minor, refunded AS refunded_minor,
  net AS net_minor, currency, seen, vias, copies, matched_by, flags, channel, source, campaign, country, device,
  toString(visitor) AS visitor, rank
FROM (
  SELECT
    *, id AS record, name AS event, at AS placed_at,
    if(startsWith({sort:String}, '-'), 1, -1) * multiIf(
      endsWith({sort:String}, 'net'), net,
      endsWith({sort:String}, 'copies'), toInt64(copies),
      toUnixTimestamp64Milli(at)) AS rank
  FROM ({{records}})
)
WHERE rank < {after_rank:Int64} OR (rank = {after_rank:Int64} AND record < toUUID({after_id:String}))
ORDER BY rank DESC, record DESC
LIMIT {limit:UInt32}
