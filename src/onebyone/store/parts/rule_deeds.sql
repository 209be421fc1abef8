-- without a rule: everybody who did anything
SELECT {{person}} AS owner, visitor, at, true AS is_1
FROM events FINAL
{{by_whom}}
WHERE site = {site:String}
  AND day >= toDate({now:DateTime64(3)}) - 541 AND at >= {now:DateTime64(3)} - toIntervalDay(540)
  AND at < {now:DateTime64(3)}
  AND {{of_traffic}}
