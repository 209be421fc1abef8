-- title: Verdicts
-- about: Events of the period by verdict, agent and the rules that decided, the most frequent first.
SELECT actor, agent, confidence, reasons, count() AS events, max(at) AS last_at
FROM events FINAL
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}{{and_own}}
GROUP BY actor, agent, confidence, reasons
ORDER BY events DESC, actor, agent, confidence, reasons
LIMIT {limit:UInt32}
