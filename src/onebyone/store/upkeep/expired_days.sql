SELECT DISTINCT day
FROM events
WHERE site = {site:String}
  AND day < toDate({before:DateTime64(3)}) AND greatest(at, received_at) < {before:DateTime64(3)}
