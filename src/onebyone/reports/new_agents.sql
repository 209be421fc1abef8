-- title: New agents
-- about: Names that machines gave for the first time in the period, the newest first. A filter narrows their events, not
--   what is new: a name that came before elsewhere is none.
SELECT agent, any(actor) AS actor, min(at) AS first_at, countIf(true{{and_own}}) AS events
FROM events FINAL
WHERE site = {site:String}
  AND day <= toDate({to:DateTime64(3)}) AND at < {to:DateTime64(3)}
  AND agent != ''
GROUP BY agent
HAVING first_at >= {from:DateTime64(3)} AND events > 0
ORDER BY first_at DESC, agent
LIMIT {limit:UInt32}
