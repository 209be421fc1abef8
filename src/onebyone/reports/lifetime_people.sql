-- title: People of a cohort of Lifetime value
-- about: The persons of the cohort that begins on `cohort`: how many orders each placed until `now`, and when they were first
--   there and ordered last. The last first, behind `after_ms` and `after_id`; each row has the number of all of them.
WITH (d) -> if({unit:String} = 'month', toStartOfMonth(d), toMonday(d)) AS begin
SELECT toString(owner) AS person, times, began AS first_at, ended AS last_at, counted, times_sum
FROM (
  SELECT
    person AS owner, toUInt64(length(bought)) AS times, first_at AS began, greatest(began, last_order_at) AS ended,
    count() OVER () AS counted, sum(times) OVER () AS times_sum
  FROM ({{lifetime_deeds}})
  WHERE person != 0 AND own = toDate({cohort:String})
)
{{persons_behind}}
