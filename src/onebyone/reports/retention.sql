-- title: Retention
-- about: Persons by the `unit` (day, week, month) in which they first did `first`, and how many of each cohort did
--   `again` so many units later; 0 is the same unit, after the first time. A row with `later` -1 is the cohort itself.
--   With `entry` recurring a person is in the cohort of each unit of the period in which they did `first`, and 0 is the
--   same unit, after the first time in it; with first in that of their very first time alone.
--   `value_minor` is what their `again` events were worth, in the site's currency. What has a record counts once and as it
--   stands now, its money net of refunds. What names no person is in no cohort.
WITH (d) -> multiIf({unit:String} = 'day', d, {unit:String} = 'month', toStartOfMonth(d), toMonday(d)) AS begin
SELECT cohort, did.1 AS later, count() AS people, sum(did.2) AS value_minor
FROM (
  SELECT
    cohort, arrayDistinct(arrayMap(x -> x.1, later_times)) AS laters, -- of one person, so that no group is kept for each
    arrayMap(n -> (n, arraySum(x -> if(x.1 = n, x.2, toInt64(0)), later_times)), laters) AS later_units
  FROM ({{cohort_deeds}})
)
ARRAY JOIN arrayConcat([(toInt32(-1), toInt64(0))], later_units) AS did
GROUP BY cohort, later
ORDER BY cohort, later
