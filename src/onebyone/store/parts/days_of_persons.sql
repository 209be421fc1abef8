-- of each person, 0 for events that name nobody: on how many days of the period they were seen, and how often and when
SELECT
  person, if(person = 0, 0, uniqExact(toDate(moment, {zone:String}))) AS days, count() AS done,
  min(moment) AS began, max(moment) AS ended
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
