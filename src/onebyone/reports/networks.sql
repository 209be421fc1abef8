-- title: Networks
-- about: Events by the published list that knows the sender's network, the most frequent first; '' is in no list.
SELECT
  network AS name, count() AS events, countIf(actor IN ('human', 'human_proxied')) AS people,
  countIf(actor = 'suspect') AS unclear, countIf(startsWith(actor, 'machine_') OR actor = 'invalid') AS machines
FROM events FINAL
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}{{and_own}}
GROUP BY network
ORDER BY events DESC, name
LIMIT {limit:UInt32}
