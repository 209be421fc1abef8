-- title: Lifetime value
-- about: Persons by the `unit` (week, month) of their first order, or with `since` visit of the first that was seen of
--   them, and what their orders were worth so many units later, net of refunds, in the site's currency, until `now`.
--   0 is the same unit. Every unit that the period touches is a whole cohort. A row with `later` -1 is the cohort
--   itself; one with -2 are orders of that unit that name nobody, and so are in no cohort.
WITH (d) -> if({unit:String} = 'month', toStartOfMonth(d), toMonday(d)) AS begin
SELECT cohort, later, countIf(person != 0) AS people, sum(counted) AS orders, sum(worth) AS net_minor
FROM (
  SELECT person, did.1 AS cohort, did.2 AS later, sum(did.3) AS counted, sum(did.4) AS worth
  FROM ({{lifetime_deeds}})
  ARRAY JOIN deeds AS did
  GROUP BY person, cohort, later
)
GROUP BY cohort, later
ORDER BY cohort, later
