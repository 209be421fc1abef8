sipHash64(visitor, visit[1].4) AS id,
fromUnixTimestamp64Milli(visit[1].1, 'UTC') AS started,
arrayMax(x -> x.1 * x.6, visit) AS last_ms,
arrayMin(arrayFilter(ms -> ms > 0, [
  arrayFirst(x -> x.6 = 1 AND x.1 >= visit[1].1 + engaged_ms, visit).1,
  arrayFilter(x -> x.5 = 1, visit)[2].1,
  arrayFirst(x -> x.5 = 2 AND x.1 <= last_ms + timeout_ms, visit).1])) AS engaged_at_ms,
fromUnixTimestamp64Milli(nullIf(engaged_at_ms, 0), 'UTC') AS engaged_at,
visit[1].8 AS channel, visit[1].9 AS source, visit[1].10 AS medium, visit[1].11 AS campaign,
visit[1].12 AS referrer_host, visit[1].13 AS host, visit[1].14 AS path,
visit[1].15 AS term, visit[1].16 AS content
