-- title: Pages now
-- about: Pages that people viewed in the five minutes before `to`.
SELECT host, path, uniqExactIf(visitor, visitor != 0) AS people, count() AS views
FROM events FINAL
PREWHERE name = 'page_view' -- part of the id, so of the key: equal before FINAL and after
WHERE site = {site:String}
  AND received_at >= {to:DateTime64(3)} - INTERVAL 5 MINUTE AND received_at < {to:DateTime64(3)}
  AND at >= {to:DateTime64(3)} - INTERVAL 5 MINUTE -- an import of old days arrives now and is nobody here
  AND (actor IN ('human', 'human_proxied') OR (actor = 'suspect' AND NOT spoofed)){{and_own}}
GROUP BY host, path
ORDER BY people DESC, views DESC, host, path
LIMIT {limit:UInt32}
