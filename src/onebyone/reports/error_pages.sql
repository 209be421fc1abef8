-- title: Errors by page
-- about: Pages by how often something went wrong on them: different faults, the visitors who met one, of how many views,
--   and when first and last in the period.
-- sorts: seen different visitors views first_at last_at path
SELECT
  host, path, sum(failed) AS seen, uniqExactIf(fault, failed) AS different,
  uniqExactIf(visitor, visitor != 0 AND failed) AS visitors, countIf(NOT failed) AS views,
  minIf(at, failed) AS first_at, maxIf(at, failed) AS last_at{{in_all}}
FROM (
  SELECT
    host, path, at, visitor, true AS failed,
    (properties['kind'], properties['description'], properties['source'], properties['line']) AS fault
  FROM events FINAL
  PREWHERE name = 'exception' -- part of the id, so of the key: equal before FINAL and after
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
  UNION ALL
  SELECT host, path, at, visitor, false, ('', '', '', '') -- a view's properties are not read
  FROM events FINAL
  PREWHERE name = 'page_view'
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
)
GROUP BY host, path
HAVING seen > 0
ORDER BY {{sorted}}seen DESC, host, path
LIMIT {limit:UInt32}{{skipped}}
