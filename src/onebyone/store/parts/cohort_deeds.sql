-- of each person who first did `first` in the period: when, their cohort, and each `again` after it: units later, worth, when
SELECT
  person, minIf(moment, name = {first:String}) AS first_at, begin(toDate(first_at, {zone:String})) AS cohort,
  arrayMap(
    x -> (toInt32(dateDiff({unit:String}, cohort, begin(toDate(x.1, {zone:String})))), x.2, x.1),
    arrayFilter(x -> x.1 > first_at, groupArrayIf((moment, worth), name = {again:String}))
  ) AS later_times
FROM (
  SELECT {{person}} AS person, at AS moment, name, if(currency IN ('', {currency:String}), value, 0) AS worth
  FROM (
    SELECT * REPLACE ({{known_node}} AS node)
    FROM (
      SELECT at, visitor, node, name, currency, value
      FROM events FINAL
      WHERE site = {site:String} AND node != 0 AND name IN ({first:String}, {again:String})
        AND conversion = '' -- what has a record counts below
        AND day <= toDate({to:DateTime64(3)}) AND at < {to:DateTime64(3)} -- from the beginning: who was here before is not new
        AND {{wanted}}
      UNION ALL
      SELECT at, visitor, {{order_node}} AS node, name, currency, net
      FROM conversions FINAL
      WHERE site = {site:String} AND node != 0 AND name IN ({first:String}, {again:String}) AND {{standing}} = 'counted'
        AND at < {to:DateTime64(3)}
        AND {{wanted}}
    )
  ) AS done
  GLOBAL LEFT ANY JOIN ({{who}}) AS who ON node = who.known
)
WHERE person != 0
GROUP BY person
HAVING first_at >= {from:DateTime64(3)}
