-- title: Web vitals by page
-- about: The measures of each page on each device, most loads first: the values that three of four loads stay within
--   (p75), and of the three core ones how many loads were good by the public thresholds of web.dev/articles/vitals. A
--   load that ends before a measure is known has none of it.
-- sorts: loads lcp_p75 lcp_good inp_p75 inp_good cls_p75 cls_good path
SELECT
  host, path, device, toUInt64(count()) AS loads,
  round(quantileExactInclusive(0.75)(lcp), 4) AS lcp_p75, round(quantileExactInclusive(0.75)(inp), 4) AS inp_p75,
  round(quantileExactInclusive(0.75)(cls), 4) AS cls_p75, round(quantileExactInclusive(0.75)(fcp), 4) AS fcp_p75,
  round(quantileExactInclusive(0.75)(ttfb), 4) AS ttfb_p75,
  count(lcp) AS lcp_loads, countIf(lcp <= 2500) AS lcp_good, countIf(lcp > 4000) AS lcp_poor,
  count(inp) AS inp_loads, countIf(inp <= 200) AS inp_good, countIf(inp > 500) AS inp_poor,
  count(cls) AS cls_loads, countIf(cls <= 0.1) AS cls_good, countIf(cls > 0.25) AS cls_poor{{in_all}}
FROM ({{vital_loads}})
GROUP BY host, path, device
ORDER BY {{sorted}}loads DESC, host, path, device
LIMIT {limit:UInt32}{{skipped}}
