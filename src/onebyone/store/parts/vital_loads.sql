SELECT
  host, path, device, if(life != 0, life, cityHash64(id)) AS load, max(at) AS told_at,
  argMax((hit, n), (at, seq)) AS told_by,
  argMax(toFloat64OrNull(properties['lcp']), (at, seq)) AS lcp_told, -- the last report of a load is of all of it
  argMax(toFloat64OrNull(properties['inp']), (at, seq)) AS inp_told,
  argMax(toFloat64OrNull(properties['cls']), (at, seq)) AS cls_told,
  argMax(toFloat64OrNull(properties['fcp']), (at, seq)) AS fcp_told,
  argMax(toFloat64OrNull(properties['ttfb']), (at, seq)) AS ttfb_told,
  if(lcp_told BETWEEN 0 AND 600000, lcp_told, NULL) AS lcp, -- anybody may send anything
  if(inp_told BETWEEN 0 AND 600000, inp_told, NULL) AS inp,
  if(cls_told BETWEEN 0 AND 1000, cls_told, NULL) AS cls,
  if(fcp_told BETWEEN 0 AND 600000, fcp_told, NULL) AS fcp,
  if(ttfb_told BETWEEN 0 AND 600000, ttfb_told, NULL) AS ttfb
FROM events FINAL
PREWHERE name = 'web_vitals' -- part of the id, so of the key: equal before FINAL and after
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND {{wanted}}
GROUP BY host, path, device, load
