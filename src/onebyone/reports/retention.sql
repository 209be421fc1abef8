-- title: Retention
-- about: Visitors by the `unit` (day, week, month) in which they first did `first`, and how many of each cohort did
--   `again` so many units later; 0 is the same unit, after the first time. A row with `later` -1 is the cohort itself.
--   `value_minor` is what their `again` events were worth, in the site's currency.
WITH (d) -> multiIf({unit:String} = 'day', d, {unit:String} = 'month', toStartOfMonth(d), toMonday(d)) AS begin
SELECT cohort, later, count() AS visitors, sum(worth) AS value_minor
FROM (
  SELECT cohort, did.1 AS later, sum(did.2) AS worth
  FROM (
    SELECT
      visitor, minIf(at, name = {first:String}) AS first_at, begin(toDate(first_at, {zone:String})) AS cohort,
      arrayMap(
        x -> (toInt32(dateDiff({unit:String}, cohort, begin(toDate(x.1, {zone:String})))), x.2),
        arrayFilter(x -> x.1 > first_at, groupArrayIf((at, if(currency IN ('', {currency:String}), value, 0)), name = {again:String}))
      ) AS later_times
    FROM events FINAL
    WHERE site = {site:String} AND visitor != 0 AND name IN ({first:String}, {again:String})
      AND day <= toDate({to:DateTime64(3)}) AND at < {to:DateTime64(3)} -- from the beginning: who was here before is not new
      AND {{wanted}}
    GROUP BY visitor
    HAVING first_at >= {from:DateTime64(3)}
  )
  ARRAY JOIN arrayConcat([(toInt32(-1), toInt64(0))], later_times) AS did
  GROUP BY visitor, cohort, later
)
GROUP BY cohort, later
ORDER BY cohort, later
