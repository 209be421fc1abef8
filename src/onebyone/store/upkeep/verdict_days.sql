SELECT DISTINCT day
FROM events FINAL
WHERE toYYYYMM(day) = {month:UInt32} AND received_at < {before:DateTime64(3)}
  AND has({old:Array(String)}, {{verdict_key}})
  AND via NOT IN ('open', 'link', 'unsubscribe') -- judged with their neighbours, by rules of their own
