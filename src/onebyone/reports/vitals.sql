-- title: Web vitals
-- about: Each measure by device, over the loads of pages that were measured: the value that three of four loads stay
--   within (p75), and how many were good and poor by the public thresholds of web.dev/articles/vitals: LCP 2,500 and
--   4,000 ms, INP 200 and 500 ms, CLS 0.1 and 0.25, FCP 1,800 and 3,000 ms, TTFB 800 and 1,800 ms. Device '' is all.
SELECT
  measure, shown AS device, toUInt64(count()) AS measured, round(quantileExactInclusive(0.75)(value), 4) AS p75,
  countIf(value <= good_until) AS good, countIf(value > poor_from) AS poor
FROM (
  SELECT
    arrayJoin(if(device = '', [''], ['', device])) AS shown,
    arrayJoin([
      ('lcp', lcp, 2500, 4000), ('inp', inp, 200, 500), ('cls', cls, 0.1, 0.25), ('fcp', fcp, 1800, 3000),
      ('ttfb', ttfb, 800, 1800)
    ]) AS each,
    each.1 AS measure, each.2 AS value, each.3 AS good_until, each.4 AS poor_from
  FROM ({{vital_loads}})
)
WHERE value IS NOT NULL
GROUP BY measure, shown
ORDER BY indexOf(['lcp', 'inp', 'cls', 'fcp', 'ttfb'], measure), shown
