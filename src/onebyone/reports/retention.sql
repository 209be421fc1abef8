-- title: Retention
-- about: Persons by the `unit` (day, week, month) in which they first did `first`, and how many of each cohort did
--   `again` so many units later; 0 is the same unit, after the first time. A row with `later` -1 is the cohort itself.
--   `value_minor` is what their `again` events were worth, in the site's currency. What has a record counts once and as it
--   stands now, its money net of refunds. What names no person is in no cohort.
WITH (d) -> multiIf({unit:String} = 'day', d, {unit:String} = 'month', toStartOfMonth(d), toMonday(d)) AS begin
SELECT cohort, later, count() AS people, sum(worth) AS value_minor
FROM (
  SELECT cohort, did.1 AS later, sum(did.2) AS worth
  FROM ({{cohort_deeds}})
  ARRAY JOIN arrayConcat([(toInt32(-1), toInt64(0), first_at)], later_times) AS did
  GROUP BY person, cohort, later
)
GROUP BY cohort, later
ORDER BY cohort, later
