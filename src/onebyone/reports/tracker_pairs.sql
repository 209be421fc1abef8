-- title: A tracker's sessions and ours
-- about: How many events each session of a tracker shares with each of ours; an empty id is no session on that side.
--   `left_out` says why the tracker gave an event no session; `counts` whether its session is one.
WITH {{session_rule}}
SELECT
  tracker_session, left_out, is_session AS counts, if(own = 0, '', lower(hex(own))) AS session, visitor,
  count() AS events, min(at) AS first_at, max(at) AS last_at
FROM (
  SELECT *, tracker_session GLOBAL IN (SELECT tracker_session FROM ({{tracker_sessions}})) AS is_session
  FROM ({{tracker_events}})
) AS told
GLOBAL LEFT JOIN (
  SELECT sipHash64(visitor, visit[1].4) AS own, arrayJoin(visit).4 AS id
  FROM ({{visits}}
    SELECT visitor, {{seen}} AS seen
    FROM events FINAL
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)}) - 1 AND toDate({to:DateTime64(3)})
      AND at < {to:DateTime64(3)}
      AND {{can_be_seen}} AND visitor GLOBAL IN (SELECT visitor FROM ({{tracker_events}}))
      AND {{wanted}}
    GROUP BY visitor
  {{visits_end}})
  ARRAY JOIN visits AS visit
) AS ours ON ours.id = told.id
GROUP BY ALL
ORDER BY tracker_session, left_out, session
