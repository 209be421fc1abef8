SELECT site, count() AS expired
FROM {table:Identifier}
WHERE day < toDate({before:DateTime64(3)}) AND greatest(at, received_at) < {before:DateTime64(3)}
GROUP BY site
ORDER BY site
