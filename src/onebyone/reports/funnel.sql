-- title: Funnel
-- about: Persons who did the first of `steps` in the period, and how many of them went on, in order, within `within_ms`.
--   A person counts once a step; a step is an event name, or page_view:/path for one page. Later steps may follow
--   the period's end. Who does `without`, written like a step, begins anew. `median_ms` is a person's shortest time from
--   the step before to this one.
WITH {{funnel_steps}}
SELECT
  step, asked[step] AS name, countIf(level >= step) AS people,
  quantileExactIf(0.5)(took[step], level >= step AND step > 1) AS median_ms
FROM (
  SELECT
    level,
    arrayMap(n -> if(n = 1, toUInt64(0), arrayMin(arrayMap(
      (a, b) -> multiIf(
        bitTest(a, n - 2) AND bitTest(a, n - 1), toUInt64(0),
        (bitTest(a, n - 2) AND bitTest(b, n - 1))
          OR (bitTest(a, n - 1) AND bitTest(b, n - 2) AND bitShiftRight(a, 9) = bitShiftRight(b, 9)),
        toUInt64(bitShiftRight(b, 9) - bitShiftRight(a, 9)), 18446744073709551615),
      arrayFilter(x -> bitTest(x, n - 2) OR bitTest(x, n - 1), run) AS seen, arrayPopFront(arrayPushBack(seen, 0))))),
      range(1, toUInt32(level) + 1)) AS took
  FROM ({{funnel_visitors}})
  WHERE level > 0
)
ARRAY JOIN range(1, toUInt32(length(asked)) + 1) AS step
WHERE step <= 8
GROUP BY step
ORDER BY step
