-- title: New agents
-- about: Names that machines gave for the first time in the period, the newest first.
SELECT agent, any(actor) AS actor, min(at) AS first_at, count() AS events
FROM events FINAL
WHERE site = {site:String}
  AND day <= toDate({to:DateTime64(3)}) AND at < {to:DateTime64(3)}
  AND agent != ''
GROUP BY agent
HAVING first_at >= {from:DateTime64(3)}
ORDER BY first_at DESC, agent
LIMIT {limit:UInt32}
