-- of each person in a cohort (of several, where it is recurring): since when, which, and each `again` after that: units later, worth, when
SELECT
  person, entry.2 AS first_at, entry.1 AS cohort,
  arrayMap(
    x -> (toInt32(dateDiff({unit:String}, cohort, begin(toDate(x.1, {zone:String})))), x.2, x.1),
    arrayFilter(x -> x.1 > first_at, agains)
  ) AS later_times
FROM (
  SELECT
    person, minIf(moment, name = {first:String}) AS earliest,
    arraySort(groupArrayIf(moment, name = {first:String} AND {entry:String} = 'recurring')) AS firsts,
    if({entry:String} = 'recurring',
      arrayMap(
        each -> (each, arrayFirst(t -> begin(toDate(t, {zone:String})) = each, firsts)),
        arrayDistinct(arrayMap(t -> begin(toDate(t, {zone:String})), firsts))),
      arrayFilter(x -> earliest >= {from:DateTime64(3)}, [(begin(toDate(earliest, {zone:String})), earliest)])
    ) AS entries,
    arrayZip(groupArrayIf(moment, name = {again:String}), groupArrayIf(worth, name = {again:String})) AS agains -- tuples weigh more
  FROM (
    SELECT {{person}} AS person, at AS moment, name, if(currency IN ('', {currency:String}), value, 0) AS worth
    FROM (
      SELECT at, visitor, node, name, currency, value
      FROM events FINAL
      WHERE site = {site:String} AND node != 0 AND name IN ({first:String}, {again:String})
        AND conversion = '' -- what has a record counts below
        AND day <= toDate({to:DateTime64(3)}) AND at < {to:DateTime64(3)} -- from the beginning: who was here before is not new
        AND ({entry:String} != 'recurring' OR (day >= toDate({from:DateTime64(3)}) AND at >= {from:DateTime64(3)}))
        AND {{wanted}}
      UNION ALL
      SELECT at, visitor, {{order_node}} AS node, name, currency, net
      FROM conversions FINAL
      WHERE site = {site:String} AND node != 0 AND name IN ({first:String}, {again:String}) AND {{standing}} = 'counted'
        AND at < {to:DateTime64(3)} AND ({entry:String} != 'recurring' OR at >= {from:DateTime64(3)})
        AND {{wanted}}
    ) AS done
    {{by_whom}}
  )
  WHERE person != 0
  GROUP BY person
  HAVING notEmpty(entries)
)
ARRAY JOIN entries AS entry
