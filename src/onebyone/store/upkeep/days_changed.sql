INSERT INTO session_days (day, version, stored)
SELECT day, version + 1, false
FROM session_days FINAL
WHERE stored AND toString(day) IN {days:Array(String)}
