-- Sessions that start on `day`, of every site. One that began before it needs the half hour before; whether one was
-- engaged is known 30 minutes and 10 seconds after its start.
INSERT INTO fresh_sessions
  (site, traffic, day, visitor, started, engaged_at, channel, source, medium, campaign, referrer_host, host, path)
SELECT
  site, {traffic:String}, {day:Date}, visitor, started, engaged_at, channel, source, medium, campaign, referrer_host,
  host, path
FROM (
  SELECT site, visitor, {{of_visit}}
  FROM (
    SELECT site, visitor, {{seen}} AS seen
    FROM events FINAL
    WHERE day BETWEEN {day:Date} - 1 AND {day:Date} + 1
      AND at >= toDateTime64({day:Date}, 3, 'UTC') - INTERVAL 30 MINUTE
      AND at < toDateTime64({day:Date}, 3, 'UTC') + INTERVAL 1471 MINUTE
      AND visitor != 0 AND via != 'server'
      AND {{wanted}}
    GROUP BY site, visitor
  )
  ARRAY JOIN {{visits}} AS visit
)
WHERE toDate(started) = {day:Date}
