-- title: People of a step
-- about: The persons who came to a step of a funnel, as Funnel counts them: `step` is its number, and `which` says whether
--   all of them, those who went `on` to the next, or who `stopped` there. How often each did the step, and when first
--   and last. The last seen first, behind `after_ms` and `after_id`; each row has the number of all of them.
WITH {{funnel_steps}}
SELECT toString(owner) AS person, times_done AS times, first_at, last_at, counted, times_sum
FROM (
  SELECT
    person AS owner, arrayFilter(x -> bitTest(x, {step:UInt8} - 1), run) AS times, length(times) AS times_done,
    fromUnixTimestamp64Milli(toInt64(bitShiftRight(times[1], 9)), 'UTC') AS first_at,
    fromUnixTimestamp64Milli(toInt64(bitShiftRight(times[-1], 9)), 'UTC') AS last_at,
    count() OVER () AS counted, sum(times_done) OVER () AS times_sum
  FROM ({{funnel_visitors}})
  WHERE level >= {step:UInt8} AND ({which:String} = 'all'
    OR ({which:String} = 'on' AND level > {step:UInt8}) OR ({which:String} = 'stopped' AND level = {step:UInt8}))
)
WHERE toUnixTimestamp64Milli(last_at) < {after_ms:Int64}
  OR (toUnixTimestamp64Milli(last_at) = {after_ms:Int64} AND person < {after_id:String})
ORDER BY last_at DESC, person DESC
LIMIT {limit:UInt32}
