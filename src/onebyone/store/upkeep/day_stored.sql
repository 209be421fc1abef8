INSERT INTO session_days (day, version, stored)
SELECT {day:Date}, max(version) + 1, true
FROM session_days
WHERE day = {day:Date}
