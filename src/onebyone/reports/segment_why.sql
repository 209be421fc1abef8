-- title: Why somebody is in a segment
-- about: One row a condition of the rule, for one person: whether it holds, what it counted (of steps in order, how many
--   were reached), and of the events that fit it how many, the first and the last. Money is in minor units. No row at
--   all of somebody who did nothing it asks for.
SELECT
  told.1 AS number, told.2 AS holds, told.3 AS counted, told.4 AS events,
  if(events = 0, NULL, told.5) AS first_at, if(events = 0, NULL, told.6) AS last_at
FROM (
  SELECT {{rule_measured}} AS measured
  FROM ({{rule_deeds}})
  WHERE owner = toUInt64({person:String})
  GROUP BY owner
)
ARRAY JOIN measured AS told
ORDER BY number
