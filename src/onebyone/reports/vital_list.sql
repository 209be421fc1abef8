-- title: Loads one by one
-- about: The loads that Web vitals counts, with what was measured of each: `of` is ['page', host, path, device] for those of a
--   row of Web vitals by page, or ['device', device, measure] for those of a device ('' for all) of which a measure is known. The
--   newest first, behind `after_ms` and `after_id`: when the last one shown was told, and the hit with its index. Each row has
--   the number of all of them.
SELECT told_at AS at, toString(told_by.1) AS hit, told_by.2 AS n, host, path, device, lcp, inp, cls, fcp, ttfb, counted
FROM (
  SELECT *, count() OVER () AS counted
  FROM ({{vital_loads}})
  WHERE if({of:Array(String)}[1] = 'page', [toString(host), path, toString(device)] = arraySlice({of:Array(String)}, 2),
    {of:Array(String)}[2] IN ('', device) AND multiIf(
      {of:Array(String)}[3] = 'lcp', lcp, {of:Array(String)}[3] = 'inp', inp, {of:Array(String)}[3] = 'cls', cls,
      {of:Array(String)}[3] = 'fcp', fcp, ttfb) IS NOT NULL)
) AS loads
WHERE toUnixTimestamp64Milli(told_at) < {after_ms:Int64}
  OR (toUnixTimestamp64Milli(told_at) = {after_ms:Int64}
    AND concat(toString(told_by.1), '.', toString(told_by.2)) < {after_id:String})
ORDER BY at DESC, concat(hit, '.', toString(n)) DESC
LIMIT {limit:UInt32}
