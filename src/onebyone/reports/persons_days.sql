-- title: Persons by day
-- about: Visitors and persons of each day of the site's zone. Who is who is known as of now, not as of that day.
SELECT
  toDate(moment, {zone:String}) AS day, uniqExactIf(browser, browser != 0) AS visitors,
  uniqExactIf(person, person != 0) AS persons
FROM (
  SELECT at AS moment, visitor AS browser, {{person}} AS person
  {{rows_of_persons}}
)
GROUP BY day
ORDER BY day
