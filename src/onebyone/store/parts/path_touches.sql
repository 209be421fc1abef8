-- the touches of each order as models see them: where `reset` is 1, those after the same person's order before it alone
SELECT one.id AS id, value, arrayFilter(t -> t.4 > before_ms, all_touches) AS found, {{reduced}} AS touches
FROM (SELECT id, value, touches AS all_touches FROM ({{touches}})) AS one
GLOBAL LEFT JOIN (
  SELECT id, max(ms) OVER (PARTITION BY person ORDER BY ms RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_ms
  FROM (
    SELECT id, {{person}} AS person, toUInt64(toUnixTimestamp64Milli(at)) AS ms
    FROM (
      SELECT id, at, visitor, {{order_node}} AS node
      FROM conversions FINAL
      WHERE {reset:UInt8} AND site = {site:String} AND name = {{goal}} AND {{standing}} = 'counted'
        AND first_day >= toDate(since) - 31 AND at >= since AND at < {to:DateTime64(3)}
        AND {{of_traffic}}
    ) AS placed
    {{by_whom}}
  )
  WHERE person != 0
) AS earlier ON earlier.id = one.id
