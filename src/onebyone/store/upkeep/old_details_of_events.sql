-- sites with click ids, ids of ad platforms or browsers' own words that are older than they may be
SELECT site, count() AS found
FROM events
WHERE day < toDate({before:DateTime64(3)}) AND greatest(at, received_at) < {before:DateTime64(3)}
  AND (notEmpty(click_ids) OR notEmpty(user_agent) OR arrayExists(name -> name NOT IN ('ga', 'ga_session'), mapKeys(browser_ids)))
GROUP BY site
ORDER BY site
