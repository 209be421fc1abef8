SELECT {{of_session}}
FROM sessions
WHERE site = {site:String} AND traffic = {traffic:String}
  AND day GLOBAL IN (SELECT arrayJoin(stored_days))
  AND started >= since AND started < {to:DateTime64(3)}
UNION ALL
SELECT {{of_session}}
FROM (
  SELECT visitor, {{of_visit}}
  FROM ({{visits}}
    SELECT visitor, {{seen}} AS seen
    FROM events FINAL
    WHERE site = {site:String}
      AND day GLOBAL IN (SELECT arrayJoin(days_to_read))
      AND (has(open_days, toDate(at + toIntervalMillisecond(timeout_ms)))
        OR has(open_days, toDate(at - toIntervalMillisecond(timeout_ms + engaged_ms)))
        OR (at_campaign AND has(open_days, toDate(at) + 1)))
      AND at < {to:DateTime64(3)}
      AND {{can_be_seen}}
      AND {{of_traffic}}
    GROUP BY visitor
  {{visits_end}})
  ARRAY JOIN visits AS visit
)
WHERE started >= since AND toDate(started) GLOBAL IN (SELECT arrayJoin(open_days))
