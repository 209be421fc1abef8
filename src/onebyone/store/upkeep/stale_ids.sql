-- Months with ids of ad clicks, or raw user agents, that are older than they may be kept; and since when.
SELECT toYYYYMM(day) AS month, min(greatest(at, received_at)) AS since
FROM {table:Identifier}
WHERE greatest(at, received_at) < {before:DateTime64(3)} AND notEmpty(click_ids)
GROUP BY month
ORDER BY month
