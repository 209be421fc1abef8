-- Days whose sessions are others once the erased events are gone.
SELECT DISTINCT arrayJoin([day - 1, day, day + 1]) AS day FROM events
WHERE site = {site:String}
  AND concat(toString(hit), '/', toString(n)) GLOBAL IN (SELECT text FROM erasing WHERE site = {site:String} AND kind = 'sighting')
UNION DISTINCT
SELECT DISTINCT day FROM sessions
WHERE site = {site:String}
  AND visitor GLOBAL IN (SELECT toUInt64(text) FROM erasing WHERE site = {site:String} AND kind = 'browser')
