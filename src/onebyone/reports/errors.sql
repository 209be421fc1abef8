-- title: Errors
-- about: What went wrong on pages, each fault once a view at most, the most frequent first: how often, for how many
--   visitors, on how many pages and most often on which, in which browsers, and when first and last in the period.
-- sorts: seen visitors pages first_at last_at description
-- sums: seen
SELECT
  properties['kind'] AS kind, left(properties['description'], 300) AS description,
  left(properties['source'], 300) AS source, left(properties['line'], 12) AS line, count() AS seen,
  uniqExactIf(visitor, visitor != 0) AS visitors, uniqExact(host, path) AS pages, topK(1)(concat(host, path))[1] AS page,
  arrayFilter(b -> b != '', topK(3)(browser)) AS browsers, min(at) AS first_at, max(at) AS last_at{{in_all}}
FROM events FINAL
PREWHERE name = 'exception' -- part of the id, so of the key: equal before FINAL and after
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND {{wanted}}
GROUP BY kind, description, source, line
ORDER BY {{sorted}}seen DESC, description, kind, source, line
LIMIT {limit:UInt32}{{skipped}}
