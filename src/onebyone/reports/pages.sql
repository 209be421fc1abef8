-- title: Pages
-- about: Pages by visitors. `entries` are the sessions that began on them.
SELECT host, path, sum(view_count) AS views, sum(visitor_count) AS visitors, sum(entry_count) AS entries
FROM (
  SELECT host, path, count() AS view_count, uniqExactIf(visitor, visitor != 0) AS visitor_count, 0 AS entry_count
  FROM events FINAL
  PREWHERE name = 'page_view' -- part of the id, so of the key: equal before FINAL and after
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND multiIf(
      {traffic:String} = 'people',
      actor IN ('human', 'human_proxied') OR (actor = 'suspect' AND NOT has(reasons, 'spoof')),
      {traffic:String} = 'machines', startsWith(actor, 'machine_') OR actor = 'invalid',
      {traffic:String} = 'unclear', actor = 'suspect',
      {traffic:String} = 'all')
  GROUP BY host, path
  UNION ALL
  SELECT entry.3, entry.4, 0, 0, count()
  FROM (
    SELECT arrayJoin(arrayFilter(
      (x, gap, nth) -> (nth = 1 OR gap > 1800000) AND x.1 >= toUnixTimestamp64Milli({from:DateTime64(3)}),
      seen, arrayDifference(seen.1), arrayEnumerate(seen))) AS entry
    FROM (
      SELECT arraySort(groupArray((toUnixTimestamp64Milli(at), seq, toString(host), path))) AS seen
      FROM events FINAL
      WHERE site = {site:String}
        AND day BETWEEN toDate({from:DateTime64(3)} - INTERVAL 30 MINUTE) AND toDate({to:DateTime64(3)})
        AND at >= {from:DateTime64(3)} - INTERVAL 30 MINUTE AND at < {to:DateTime64(3)}
        AND visitor != 0 AND via != 'server'
        AND multiIf(
          {traffic:String} = 'people',
          actor IN ('human', 'human_proxied') OR (actor = 'suspect' AND NOT has(reasons, 'spoof')),
          {traffic:String} = 'machines', startsWith(actor, 'machine_') OR actor = 'invalid',
          {traffic:String} = 'unclear', actor = 'suspect',
          {traffic:String} = 'all')
      GROUP BY visitor
    )
  )
  GROUP BY ALL
)
GROUP BY host, path
HAVING views > 0
ORDER BY visitors DESC, views DESC, host, path
LIMIT {limit:UInt32}
