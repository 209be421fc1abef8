-- Whose the browsers are, as the pipeline writes it: one in five is of somebody who logged in, who has two of them; half of
-- these belonged to nobody known at first.
INSERT INTO identity (site, visitor, kind, person, version, starts, persons, retro, removed)
WITH
  sipHash64('visitor', number) AS browser, sipHash64('visitor', number - number % 10) AS owner,
  toUInt64(toUnixTimestamp({first:Date})) * 1000 AS first_ms,
  number % 20 < 10 AS joined_for_good
SELECT
  {site:String}, browser, 'browser', owner, 1,
  if(joined_for_good, [], [first_ms, first_ms + 40 * 86400000]), if(joined_for_good, [], [browser, owner]),
  if(joined_for_good, [], [0, 0]), 0
FROM numbers({visitors:UInt64})
WHERE number % 10 IN (0, 5)
