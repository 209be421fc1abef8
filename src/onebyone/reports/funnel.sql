-- title: Funnel
-- about: Visitors who did the first of `steps` in the period, and how many of them went on, in order, within `within_ms`.
--   A visitor counts once a step; a step is an event name, or page_view:/path for one page. Later steps may follow
--   the period's end. `median_ms` is a visitor's shortest time from the step before to this one.
WITH
  {steps:Array(String)} AS asked,
  arrayMap(x -> splitByChar(':', x)[1], asked) AS names,
  arrayMap(x -> if(position(x, ':') > 0, substring(x, position(x, ':') + 1), ''), asked) AS paths
SELECT
  step, asked[step] AS name, countIf(level >= step) AS visitors,
  quantileExactIf(0.5)(took[step], level >= step AND step > 1) AS median_ms
FROM (
  SELECT
    visitor,
    windowFunnel({within_ms:UInt64})(ms, is1 AND at < {to:DateTime64(3)}, is2, is3, is4, is5, is6, is7, is8) AS level,
    [groupArraySortedIf(99)(ms, is1), groupArraySortedIf(99)(ms, is2), groupArraySortedIf(99)(ms, is3),
     groupArraySortedIf(99)(ms, is4), groupArraySortedIf(99)(ms, is5), groupArraySortedIf(99)(ms, is6),
     groupArraySortedIf(99)(ms, is7), groupArraySortedIf(99)(ms, is8)] AS times,
    arrayMap(n -> if(n = 1 OR n > level, 0, arrayMin(arrayMap(
      t -> t - arrayMax(arrayFilter(x -> x <= t, times[n - 1])),
      arrayFilter(t -> t >= arrayMin(times[n - 1]), times[n])))),
      range(1, 9)) AS took
  FROM (
    SELECT
      visitor, at, toUInt64(toUnixTimestamp64Milli(at)) AS ms,
      name = names[1] AND (paths[1] = '' OR paths[1] = path) AS is1, name = names[2] AND (paths[2] = '' OR paths[2] = path) AS is2,
      name = names[3] AND (paths[3] = '' OR paths[3] = path) AS is3, name = names[4] AND (paths[4] = '' OR paths[4] = path) AS is4,
      name = names[5] AND (paths[5] = '' OR paths[5] = path) AS is5, name = names[6] AND (paths[6] = '' OR paths[6] = path) AS is6,
      name = names[7] AND (paths[7] = '' OR paths[7] = path) AS is7, name = names[8] AND (paths[8] = '' OR paths[8] = path) AS is8
    FROM events FINAL
    WHERE site = {site:String} AND visitor != 0 AND has(names, name)
      AND day BETWEEN toDate({from:DateTime64(3)})
        AND toDate({to:DateTime64(3)}) + toUInt16(intDiv({within_ms:UInt64}, 86400000) + 1)
      AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)} + toIntervalMillisecond({within_ms:UInt64})
      AND {{wanted}}
  )
  GROUP BY visitor
)
ARRAY JOIN range(1, toUInt32(length(asked)) + 1) AS step
WHERE step <= 8
GROUP BY step
ORDER BY step
