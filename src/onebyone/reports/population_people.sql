-- title: People of a population
-- about: The persons whom Populations counts in the unit that begins on `starts`: `which` is fresh, returning, resurrected,
--   dormant, or seen for the first three. How many events each had in it (of who is dormant in the unit before), and
--   when the first and the last. The last seen first, behind `after_ms` and `after_id`; each row has the number of all of them.
WITH
  {{population_units}}
SELECT toString(owner) AS person, times, began AS first_at, ended AS last_at, counted, times_sum
FROM (
  SELECT
    person AS owner,
    arrayFilter(t -> if({which:String} = 'dormant', next(begin(toDate(t, {zone:String}))), begin(toDate(t, {zone:String})))
      = toDate({starts:String}), moments) AS own,
    length(own) AS times, arrayMin(own) AS began, arrayMax(own) AS ended,
    count() OVER () AS counted, sum(times) OVER () AS times_sum
  FROM ({{population_deeds}})
  WHERE arrayExists(did -> did.1 = toDate({starts:String})
    AND if({which:String} = 'seen', did.2 != 'dormant', did.2 = {which:String}), deeds)
    AND toDate({starts:String}) BETWEEN first_unit AND last_unit
)
{{persons_behind}}
