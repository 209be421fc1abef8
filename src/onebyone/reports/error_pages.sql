-- title: Errors by page
-- about: Pages by how often something went wrong on them: different faults, the visitors who met one, of how many views,
--   and when first and last in the period.
SELECT
  host, path, countIf(name = 'exception') AS seen,
  uniqExactIf((properties['kind'], properties['description'], properties['source'], properties['line']),
    name = 'exception') AS different,
  uniqExactIf(visitor, visitor != 0 AND name = 'exception') AS visitors, countIf(name = 'page_view') AS views,
  minIf(at, name = 'exception') AS first_at, maxIf(at, name = 'exception') AS last_at
FROM events FINAL
PREWHERE name IN ('exception', 'page_view') -- part of the id, so of the key: equal before FINAL and after
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND {{wanted}}
GROUP BY host, path
HAVING seen > 0
ORDER BY seen DESC, host, path
LIMIT {limit:UInt32}
