-- title: Days active
-- about: Persons by on how many days of the period they were seen, in days of the site's zone, and their events. The row
--   of 0 days are events that name nobody.
SELECT days, countIf(person != 0) AS people, sum(done) AS events
FROM ({{days_of_persons}})
GROUP BY days
ORDER BY days
