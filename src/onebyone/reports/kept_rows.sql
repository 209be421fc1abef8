-- title: What is kept, since when
-- about: Rows of each kind, the oldest of them, and how many are older than so many days before `to`.
SELECT kind, rows, since, older
FROM (
  SELECT 'events' AS kind, count() AS rows, min(greatest(at, received_at)) AS since,
    countIf(greatest(at, received_at) < {to:DateTime64(3)} - toIntervalDay({events_days:UInt32})) AS older
  FROM events FINAL WHERE site = {site:String}
  UNION ALL
  SELECT 'drops', count(), min(greatest(at, received_at)),
    countIf(greatest(at, received_at) < {to:DateTime64(3)} - toIntervalDay({drops_days:UInt32}))
  FROM drops FINAL WHERE site = {site:String}
  UNION ALL
  SELECT 'details', count(), min(greatest(at, received_at)), countIf(greatest(at, received_at) < {to:DateTime64(3)} - toIntervalDay({details_days:UInt32}))
  FROM events FINAL
  WHERE site = {site:String}
    AND (notEmpty(click_ids) OR notEmpty(user_agent) OR arrayExists(name -> name NOT IN ('ga', 'ga_session'), mapKeys(browser_ids)))
)
WHERE rows > 0
ORDER BY kind
