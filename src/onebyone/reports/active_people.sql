-- title: People by days active
-- about: The persons whom Days active counts with so many `days`: how many events each had, and when the first and the last.
--   The last seen first, behind `after_ms` and `after_id`; each row has the number of all of them.
SELECT toString(owner) AS person, done AS times, began AS first_at, ended AS last_at, counted, times_sum
FROM (
  SELECT person AS owner, done, began, ended, count() OVER () AS counted, sum(done) OVER () AS times_sum
  FROM ({{days_of_persons}})
  WHERE person != 0 AND days = {days:UInt32}
)
{{persons_behind}}
