-- title: Retention
-- about: Persons by the `unit` (day, week, month) in which they first did `first`, and how many of each cohort did
--   `again` so many units later; 0 is the same unit, after the first time. A row with `later` -1 is the cohort itself.
--   With `entry` recurring a person is in the cohort of each unit of the period in which they did `first`, and 0 is the
--   same unit, after the first time in it; with first in that of their very first time alone.
--   `value_minor` is what their `again` events were worth, in the site's currency. What has a record counts once and as it
--   stands now, its money net of refunds. What names no person is in no cohort.
WITH (d) -> multiIf({unit:String} = 'day', d, {unit:String} = 'month', toStartOfMonth(d), toMonday(d)) AS begin
SELECT cohort, later, count() AS people, sum(worth) AS value_minor
FROM (
  SELECT cohort, did.1 AS later, sum(did.2) AS worth
  FROM (
    SELECT
      person, entry.1 AS cohort,
      arrayMap(
        x -> (toInt32(dateDiff({unit:String}, cohort, begin(toDate(x.1, {zone:String})))), x.2),
        arrayFilter(x -> x.1 > entry.2, agains)
      ) AS later_times
    FROM (
      SELECT
        person, minIf(moment, name = {first:String}) AS first_at,
        arraySort(groupArrayIf(moment, name = {first:String} AND {entry:String} = 'recurring')) AS firsts,
        if({entry:String} = 'recurring',
          arrayMap(
            each -> (each, arrayFirst(t -> begin(toDate(t, {zone:String})) = each, firsts)),
            arrayDistinct(arrayMap(t -> begin(toDate(t, {zone:String})), firsts))),
          arrayFilter(x -> first_at >= {from:DateTime64(3)}, [(begin(toDate(first_at, {zone:String})), first_at)])
        ) AS entries,
        groupArrayIf((moment, worth), name = {again:String}) AS agains
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
              AND ({entry:String} != 'recurring' OR (day >= toDate({from:DateTime64(3)}) AND at >= {from:DateTime64(3)}))
              AND {{wanted}}
            UNION ALL
            SELECT at, visitor, {{order_node}} AS node, name, currency, net
            FROM conversions FINAL
            WHERE site = {site:String} AND node != 0 AND name IN ({first:String}, {again:String}) AND {{standing}} = 'counted'
              AND at < {to:DateTime64(3)} AND ({entry:String} != 'recurring' OR at >= {from:DateTime64(3)})
              AND {{wanted}}
          )
        ) AS done
        GLOBAL LEFT ANY JOIN ({{who}}) AS who ON node = who.known
      )
      WHERE person != 0
      GROUP BY person
      HAVING notEmpty(entries)
    )
    ARRAY JOIN entries AS entry
  )
  ARRAY JOIN arrayConcat([(toInt32(-1), toInt64(0))], later_times) AS did
  GROUP BY person, cohort, later
)
GROUP BY cohort, later
ORDER BY cohort, later
