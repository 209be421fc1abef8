-- sites with click ids of conversions that are older than they may be
SELECT site, count() AS found
FROM conversions
WHERE day < toDate({before:DateTime64(3)}) AND greatest(at, received_at) < {before:DateTime64(3)} AND notEmpty(click_ids)
GROUP BY site
ORDER BY site
