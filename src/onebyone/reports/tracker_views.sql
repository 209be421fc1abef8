-- title: Page views of an imported tracker
-- about: Page views as the tracker told them apart, the newest first; one that was sent twice is one.
SELECT
  view, tracker_session, browser AS visitor, begun AS started,
  row_number() OVER (PARTITION BY tracker_session ORDER BY begun, event) AS number_in_session, path
FROM (
  SELECT view, argMin(tracker_session, at) AS tracker_session, min(at) AS begun, argMin(path, at) AS path,
    argMin(sent_id, at) AS event
  FROM ({{tracker_events}})
  WHERE left_out = '' AND view != '' AND name = 'page_view'
  GROUP BY view
) AS view
GLOBAL INNER JOIN ({{tracker_sessions}}) AS session ON session.tracker_session = view.tracker_session
ORDER BY started DESC, view
LIMIT {limit:UInt32}
