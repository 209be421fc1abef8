fromUnixTimestamp64Milli(visit[1].1, 'UTC') AS started,
arrayMin(arrayFilter(ms -> ms > 0, [
  arrayFirst(x -> x.1 >= visit[1].1 + 10000, visit).1,
  arrayFilter(x -> x.10 = 1, visit)[2].1,
  arrayFirst(x -> x.10 = 2, visit).1])) AS engaged_ms,
if(engaged_ms = 0, NULL, fromUnixTimestamp64Milli(engaged_ms, 'UTC')) AS engaged_at,
visit[1].3 AS channel, visit[1].4 AS source, visit[1].5 AS medium, visit[1].6 AS campaign,
visit[1].7 AS referrer_host, visit[1].8 AS host, visit[1].9 AS path
