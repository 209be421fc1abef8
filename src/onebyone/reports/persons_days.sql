-- title: Persons by day
-- about: Visitors and persons of each day of the site's zone. Who is who is known as of now, not as of that day.
SELECT
  toDate(moment, {zone:String}) AS day, uniqExactIf(browser, browser != 0) AS visitors,
  uniqExactIf(person, person != 0) AS persons
FROM (
  SELECT at AS moment, visitor AS browser, {{person}} AS person
  FROM events FINAL
  {{by_whom}}
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
)
GROUP BY day
ORDER BY day
