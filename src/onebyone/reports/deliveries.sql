-- title: What each platform got
-- about: Conversions of the period by destination and by what became of each. The rows of a destination add up to all
--   that it was to be told. Seconds are from the end of the settle time to the answer.
SELECT destination, state, cause, count() AS deliveries, countIf(proof) AS proved,
  countIf(has(marks, 'sent_twice')) AS sent_twice, countIf(has(marks, 'would_not_send_now')) AS regretted,
  quantileExactIf(0.5)(toFloat64(dateDiff('millisecond', due_at, answered_at)) / 1000, state = 'accepted') AS median_s,
  quantileExactIf(0.95)(toFloat64(dateDiff('millisecond', due_at, answered_at)) / 1000, state = 'accepted') AS p95_s,
  max(answered_at) AS last_at
FROM deliveries FINAL
WHERE site = {site:String} AND part = ''
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
GROUP BY destination, state, cause
ORDER BY destination, deliveries DESC, state, cause
