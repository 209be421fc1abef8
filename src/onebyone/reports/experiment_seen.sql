-- title: People of a variant
-- about: The persons whom Experiment counts for one `variant`: `which` is converted for those who did `goal` in time, all for
--   any. How many times each did it, when they were first seen with the variant, and when they did it last. The last first,
--   behind `after_ms` and `after_id`; each row has the number of all of them.
SELECT toString(owner) AS person, times, began AS first_at, ended AS last_at, counted, times_sum
FROM (
  SELECT
    person AS owner, goals AS times, first_at AS began, greatest(first_at, arrayMax(x -> x.1, later)) AS ended,
    count() OVER () AS counted, sum(goals) OVER () AS times_sum
  FROM ({{experiment_people}})
  WHERE kind = 'arm' AND variant = {variant:String} AND person != 0 AND (goals > 0 OR {which:String} = 'all')
)
{{persons_behind}}
