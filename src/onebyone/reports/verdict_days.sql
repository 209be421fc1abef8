-- title: Verdicts by day
-- about: Events of each day of the site's zone by who sent them, server and imported ones included.
SELECT
  toDate(at, {zone:String}) AS local_day,
  countIf(actor IN ('human', 'human_proxied')) AS people, countIf(actor = 'suspect' AND NOT spoofed) AS unclear,
  countIf(actor = 'suspect' AND spoofed) AS spoofed_names, countIf(actor = 'machine_declared') AS machines,
  countIf(actor = 'machine_scanner') AS scanners, countIf(actor = 'machine_prefetch') AS prefetches,
  countIf(actor = 'invalid') AS invalid
FROM events FINAL
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}{{and_own}}
GROUP BY local_day
ORDER BY local_day
