-- of each person, 0 for events that name nobody: on how many days of the period they were seen, and how often and when
SELECT
  person, if(person = 0, 0, uniqExact(toDate(moment, {zone:String}))) AS days, count() AS done,
  min(moment) AS began, max(moment) AS ended
FROM (
  SELECT {{person}} AS person, at AS moment
  {{rows_of_persons}}
)
GROUP BY person
