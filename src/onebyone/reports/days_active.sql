-- title: Days active
-- about: Persons by on how many days of the period they were seen, in days of the site's zone, and their events. The row
--   of 0 days are events that name nobody.
SELECT days, countIf(person != 0) AS people, sum(done) AS events
FROM (
  SELECT person, if(person = 0, 0, uniqExact(toDate(moment, {zone:String}))) AS days, count() AS done
  FROM (
    SELECT {{person}} AS person, at AS moment
    FROM events FINAL
    {{by_whom}}
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
      AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
      AND {{wanted}}
  )
  GROUP BY person
)
GROUP BY days
ORDER BY days
