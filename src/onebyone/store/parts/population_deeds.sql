-- of each person: the units in which they were what, `dormant` in the one after, and when they were there
SELECT
  person,
  arraySort(groupUniqArray(begin(toDate(moment, {zone:String})))) AS units,
  arrayConcat(
    arrayMap(
      (u, before, n) -> (u, multiIf(n = 1, 'fresh', next(before) = u, 'returning', 'resurrected')),
      units, arrayPushFront(arrayPopBack(units), units[1]), arrayEnumerate(units)),
    arrayMap(u -> (next(u), 'dormant'), arrayFilter(u -> NOT has(units, next(u)), units))) AS deeds,
  groupArray(moment) AS moments
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
