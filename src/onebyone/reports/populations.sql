-- title: Populations
-- about: Persons by the `unit` (week, day, month): seen in it, of these those never seen before (`fresh`), seen in the unit
--   before too (`returning`), or again after a pause (`resurrected`); and those seen in the unit before and not in this
--   one (`dormant`). Every unit that the period touches is whole. Seen is the sum of the three, and that of the unit
--   before less the dormant and more the fresh and the resurrected.
WITH
  (d) -> multiIf({unit:String} = 'day', d, {unit:String} = 'month', toStartOfMonth(d), toMonday(d)) AS begin,
  (d) -> multiIf({unit:String} = 'day', addDays(d, 1), {unit:String} = 'month', addMonths(d, 1), addDays(d, 7)) AS next,
  begin(toDate({from:DateTime64(3)}, {zone:String})) AS first_unit,
  begin(toDate({to:DateTime64(3)} - INTERVAL 1 SECOND, {zone:String})) AS last_unit
SELECT
  did.1 AS starts, countIf(did.2 != 'dormant') AS seen, countIf(did.2 = 'fresh') AS fresh,
  countIf(did.2 = 'returning') AS returning, countIf(did.2 = 'resurrected') AS resurrected,
  countIf(did.2 = 'dormant') AS dormant
FROM (
  SELECT
    arraySort(groupUniqArray(begin(toDate(moment, {zone:String})))) AS units,
    arrayConcat(
      arrayMap(
        (u, before, n) -> (u, multiIf(n = 1, 'fresh', next(before) = u, 'returning', 'resurrected')),
        units, arrayPushFront(arrayPopBack(units), units[1]), arrayEnumerate(units)),
      arrayMap(u -> (next(u), 'dormant'), arrayFilter(u -> NOT has(units, next(u)), units))) AS deeds
  FROM (
    SELECT {{person}} AS person, at AS moment
    FROM events FINAL
    {{by_whom}}
    WHERE site = {site:String} AND day <= toDate({to:DateTime64(3)}) + 32 -- from the beginning: who was here is not new
      AND begin(toDate(at, {zone:String})) <= last_unit
      AND {{of_traffic}}{{and_own}}
  )
  WHERE person != 0
  GROUP BY person
)
ARRAY JOIN deeds AS did
WHERE starts BETWEEN first_unit AND last_unit
GROUP BY starts
ORDER BY starts
