-- title: Users of an imported tracker
-- about: Browsers with a session, as the tracker told them apart, the newest first; one without an id is none.
SELECT
  browser AS visitor, min(started) AS first_at, max(ended) AS last_at, sum(view_count) AS views, count() AS sessions
FROM ({{tracker_sessions}})
WHERE browser != 0
GROUP BY browser
ORDER BY first_at DESC, visitor
LIMIT {limit:UInt32}
