-- title: People of a segment
-- about: How many people a rule holds for now: `part` 0 is the whole, the others its parts. `everybody` are those who did
--   anything within 540 days. Who did nothing of what a rule asks is in it where it asks that they did not.
WITH
  (SELECT uniqExact(owner) FROM (
    SELECT {{person}} AS owner
    FROM events FINAL
    {{by_whom}}
    WHERE site = {site:String}
      AND day >= toDate({now:DateTime64(3)}) - 541 AND at >= {now:DateTime64(3)} - toIntervalDay(540)
      AND at < {now:DateTime64(3)}
      AND {{of_traffic}}
  ) WHERE owner != 0) AS all_of_them,
  {{rule_opposites}} AS opposites
SELECT number - 1 AS part, if(opposites[number] = 1, all_of_them - fits[number], fits[number]) AS people, all_of_them AS everybody
FROM (
  SELECT sumForEach(parts) AS fits
  FROM (SELECT {{rule_parts}} AS parts FROM ({{rule_deeds}}) WHERE owner != 0 GROUP BY owner)
)
ARRAY JOIN arrayEnumerate(opposites) AS number
WHERE all_of_them > 0
ORDER BY part
