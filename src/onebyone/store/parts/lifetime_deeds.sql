-- of each person in a cohort, and 0 for who is nobody: since when, and what was bought when: cohort, units later, orders, money
SELECT
  person, min(moment) AS first_at, begin(toDate(first_at, {zone:String})) AS own,
  groupArrayIf((begin(toDate(moment, {zone:String})), net), is_order) AS bought,
  maxIf(moment, is_order) AS last_order_at,
  if(person = 0,
    arrayMap(x -> (x.1, toInt32(-2), toUInt64(1), x.2),
      arrayFilter(x -> x.1 BETWEEN begin(toDate({from:DateTime64(3)}, {zone:String}))
        AND toDate({to:DateTime64(3)} - INTERVAL 1 SECOND, {zone:String}), bought)),
    arrayConcat([(own, toInt32(-1), toUInt64(0), toInt64(0))],
      arrayMap(x -> (own, toInt32(dateDiff({unit:String}, own, x.1)), toUInt64(1), x.2), bought))) AS deeds
FROM (
  SELECT {{person}} AS person, at AS moment, net, true AS is_order
  FROM (
    SELECT
      at, visitor, net, {{order_node}} AS node
    FROM conversions FINAL
    WHERE site = {site:String} AND name = 'purchase' AND {{standing}} = 'counted' AND at < {now:DateTime64(3)}
      AND currency IN ('', {currency:String}) -- from the beginning: who ordered before is not new
      AND {{wanted}}
  ) AS orders
  {{by_whom}}
  UNION ALL
  SELECT {{person}}, at, 0, false
  FROM events FINAL
  {{by_whom}}
  WHERE {since:String} = 'visit' AND site = {site:String}
    AND day <= toDate({to:DateTime64(3)}) AND at < {to:DateTime64(3)}
    AND {{wanted}}
)
GROUP BY person
HAVING person = 0 OR (first_at < {to:DateTime64(3)} AND own >= begin(toDate({from:DateTime64(3)}, {zone:String})))
