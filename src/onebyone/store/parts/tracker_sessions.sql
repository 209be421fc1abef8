SELECT
  tracker_session, argMin(visitor, at) AS browser, min(begun) AS started, max(at) AS ended,
  count() AS event_count, uniqExactIf(view, is_view) AS view_count,
  argMinIf(path, at, is_view) AS first_path, argMaxIf(path, at, is_view) AS last_path
FROM ({{tracker_events}})
WHERE left_out = ''
GROUP BY tracker_session
HAVING view_count > 0
