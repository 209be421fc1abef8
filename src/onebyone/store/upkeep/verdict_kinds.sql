-- the different verdicts of a month's rows, as far as they arrived before
SELECT actor, agent, confidence, reasons, count() AS events
FROM events FINAL
WHERE toYYYYMM(day) = {month:UInt32} AND received_at < {before:DateTime64(3)} AND notEmpty(reasons)
  AND via NOT IN ('open', 'link', 'unsubscribe') -- judged with their neighbours, by rules of their own
GROUP BY actor, agent, confidence, reasons
ORDER BY actor, agent, confidence, reasons
