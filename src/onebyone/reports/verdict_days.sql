-- title: Verdicts by day
-- about: Events of each day of the site's zone by who sent them, server and imported ones included.
SELECT
  local_day,
  sumIf(events, kind = 'people') AS people, sumIf(events, kind = 'unclear') AS unclear,
  sumIf(events, kind = 'spoofed_names') AS spoofed_names, sumIf(events, kind = 'machines') AS machines,
  sumIf(events, kind = 'scanners') AS scanners, sumIf(events, kind = 'prefetches') AS prefetches,
  sumIf(events, kind = 'invalid') AS invalid
FROM (
  SELECT toDate(at, {zone:String}) AS local_day, {{verdict_kind}} AS kind, count() AS events
  FROM events FINAL
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}{{and_own}}
  GROUP BY local_day, actor, spoofed
)
GROUP BY local_day
ORDER BY local_day
