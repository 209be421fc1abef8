-- title: Funnel
-- about: Visitors who did the first of `steps` in the period, and how many of them went on, in order, within `within_ms`.
--   A visitor counts once a step; a step is an event name, or page_view:/path for one page. Later steps may follow
--   the period's end. Who does `without`, written like a step, begins anew. `median_ms` is a visitor's shortest time from
--   the step before to this one.
WITH {{funnel_steps}}
SELECT
  step, asked[step] AS name, countIf(level >= step) AS visitors,
  quantileExactIf(0.5)(took[step], level >= step AND step > 1) AS median_ms
FROM (
  SELECT
    level,
    arrayMap(n -> if(n = 1 OR n > level, 0, arrayMin(arrayMap(
      t -> t - arrayMax(arrayFilter(x -> x <= t, times[n - 1])),
      arrayFilter(t -> t >= arrayMin(times[n - 1]), times[n])))),
      range(1, 9)) AS took
  FROM ({{funnel_visitors}})
)
ARRAY JOIN range(1, toUInt32(length(asked)) + 1) AS step
WHERE step <= 8
GROUP BY step
ORDER BY step
