-- months with rows that arrived before, the newest first
SELECT DISTINCT toYYYYMM(day) AS month
FROM events
WHERE received_at < {before:DateTime64(3)}
ORDER BY month DESC
