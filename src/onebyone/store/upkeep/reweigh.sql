-- Rows with the same key and another verdict: the last one counts. Without deduplication, or going back to an earlier
-- ruleset would be taken for the insert that was made then.
INSERT INTO events
SELECT * REPLACE (
  {actor:Array(String)}[indexOf({old:Array(String)}, {{verdict_key}})] AS actor,
  {agent:Array(String)}[indexOf({old:Array(String)}, {{verdict_key}})] AS agent,
  toUInt8({confidence:Array(String)}[indexOf({old:Array(String)}, {{verdict_key}})]) AS confidence,
  arrayFilter(r -> r != '', splitByChar(',', {reasons:Array(String)}[indexOf({old:Array(String)}, {{verdict_key}})])) AS reasons,
  {ruleset:String} AS ruleset)
FROM events FINAL
WHERE toYYYYMM(day) = {month:UInt32} AND received_at < {before:DateTime64(3)}
  AND has({old:Array(String)}, {{verdict_key}})
  AND via NOT IN ('open', 'link', 'unsubscribe') -- judged with their neighbours, by rules of their own
SETTINGS insert_deduplicate = 0
