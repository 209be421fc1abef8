-- title: People now
-- about: People with an event in the five minutes before `to`.
SELECT uniqExact(visitor) AS people
FROM events FINAL
WHERE site = {site:String}
  AND received_at >= {to:DateTime64(3)} - INTERVAL 5 MINUTE AND received_at < {to:DateTime64(3)}
  AND at >= {to:DateTime64(3)} - INTERVAL 5 MINUTE -- an import of old days arrives now and is nobody here
  AND visitor != 0
  AND (actor IN ('human', 'human_proxied') OR (actor = 'suspect' AND NOT spoofed))
