-- closed days, the newest first, whose sessions are not stored; also those that had events and lost them
SELECT day
FROM (
  SELECT DISTINCT day FROM events
  UNION DISTINCT
  SELECT day FROM session_days FINAL WHERE NOT stored
)
WHERE day < {today:Date}
  AND day GLOBAL NOT IN (SELECT day FROM session_days FINAL WHERE stored)
ORDER BY day DESC
