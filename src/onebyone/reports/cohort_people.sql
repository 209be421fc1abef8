-- title: People of a cohort
-- about: The persons whom a cell of Retention counts: those of the cohort that begins on `cohort`, -1 units `later` all of
--   them, else who did `again` so many units later. How often each did it, and when first and last. The last seen first,
--   behind `after_ms` and `after_id`; each row has the number of all of them.
WITH (d) -> multiIf({unit:String} = 'day', d, {unit:String} = 'month', toStartOfMonth(d), toMonday(d)) AS begin
SELECT toString(owner) AS person, times, began AS first_at, ended AS last_at, counted, times_sum
FROM (
  SELECT
    person AS owner,
    arrayFilter(x -> x.1 = {later:Int32}, arrayConcat([(toInt32(-1), toInt64(0), first_at)], later_times)) AS did,
    length(did) AS times, arrayMin(x -> x.3, did) AS began, arrayMax(x -> x.3, did) AS ended,
    count() OVER () AS counted, sum(times) OVER () AS times_sum
  FROM ({{cohort_deeds}})
  WHERE toString(cohort) = {cohort:String} AND times > 0
)
{{persons_behind}}
