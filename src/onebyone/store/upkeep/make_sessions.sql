-- Sessions that start on `day`, of one site, or ('') of every site without rules of its own. One that began before the
-- day needs what was seen a timeout before it, or the day before where a campaign begins sessions; whether one was
-- engaged is known a timeout and the time that makes it engaged after its start.
INSERT INTO fresh_sessions
  (id, site, traffic, day, visitor, started, engaged_at, channel, source, medium, campaign, referrer_host, host, path,
   term, content)
WITH {{session_rule}}, toDateTime64({day:Date}, 3, 'UTC') AS midnight
SELECT
  id, site, {traffic:String}, {day:Date}, visitor, started, engaged_at, channel, source, medium, campaign,
  referrer_host, host, path, term, content
FROM (
  SELECT site, visitor, {{of_visit}}
  FROM ({{visits}}
    SELECT site, visitor, {{seen}} AS seen
    FROM events FINAL
    WHERE day BETWEEN {day:Date} - 1 AND {day:Date} + 1
      AND at >= midnight - toIntervalMillisecond(if(at_campaign, 86400000, timeout_ms))
      AND at < midnight + toIntervalMillisecond(86400000 + timeout_ms + engaged_ms)
      AND if({site:String} = '', site GLOBAL NOT IN (SELECT site FROM session_rules FINAL), site = {site:String})
      AND {{can_be_seen}}
      AND {{of_traffic}}
    GROUP BY site, visitor
  {{visits_end}})
  ARRAY JOIN visits AS visit
)
WHERE toDate(started) = {day:Date}
