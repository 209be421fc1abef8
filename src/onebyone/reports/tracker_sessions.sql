-- title: Sessions of an imported tracker
-- about: Sessions as the tracker told them apart, for events imported with its sessions, the newest first.
--   A session needs a page view; what came late, without a session id or days after its session began is left out.
SELECT
  tracker_session, browser AS visitor, started, ended, view_count AS views, event_count AS events,
  first_path, last_path
FROM ({{tracker_sessions}})
ORDER BY started DESC, tracker_session
LIMIT {limit:UInt32}
