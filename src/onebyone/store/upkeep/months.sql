-- months by the last moment that keeps them: the later of event time and arrival
SELECT toYYYYMM(day) AS month, max(greatest(at, received_at)) AS last_at
FROM {table:Identifier}
WHERE toYYYYMM(day) <= toYYYYMM({before:DateTime64(3)})
GROUP BY month
HAVING last_at < {before:DateTime64(3)}
ORDER BY month
