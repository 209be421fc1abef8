-- title: Pages
-- about: Pages by visitors. `entries` are the sessions that began on them.
-- sorts: visitors views entries path
-- sums: views
WITH {from:DateTime64(3)} AS since, {{session_days}}
SELECT host, path, sum(view_count) AS views, sum(visitor_count) AS visitors, sum(entry_count) AS entries{{in_all}}
FROM (
  SELECT host, path, count() AS view_count, uniqExactIf(visitor, visitor != 0) AS visitor_count, 0 AS entry_count
  FROM events FINAL
  PREWHERE name = 'page_view' -- part of the id, so of the key: equal before FINAL and after
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
  GROUP BY host, path
  UNION ALL
  SELECT host, path, 0, 0, count()
  FROM ({{sessions_since}})
  WHERE true{{and_sessions}}
  GROUP BY ALL
)
GROUP BY host, path
HAVING views > 0
ORDER BY {{sorted}}visitors DESC, views DESC, host, path
LIMIT {limit:UInt32}{{skipped}}
