-- title: Gaps in the numbering
-- about: Events that the tag numbered between two that came, and that never came themselves, by the day on which their
--   page was first seen. What was lost before the first that came, or behind the last, nobody can know. A page that
--   numbers more than 10,000 events is none of the tag's. Sums of squares are over pages, for the width of intervals.
SELECT
  toDate(began, {zone:String}) AS local_day, count() AS pages, countIf(missing > 0) AS pages_with_gap,
  sum(numbered) AS numbers, sum(missing) AS lost, sum(missing * missing) AS lost_squares,
  sum(missing * numbered) AS lost_products, sum(numbered * numbered) AS number_squares
FROM (
  SELECT
    life, min(at) AS began, toInt64(max(seq)) - toInt64(min(seq)) + 1 AS numbered,
    bitCount(groupBitOr(if(seq < 64, bitShiftLeft(toUInt64(1), seq), 0))) + countIf(seq >= 64) AS came, -- small states
    greatest(numbered - toInt64(came), 0) AS missing
  FROM (
    SELECT life, seq, events.at AS at, true AS is_kept
    FROM events FINAL
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
      AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
      AND life != 0 AND {{wanted}}
    UNION ALL
    SELECT life, seq, drops.at AS at, false AS is_kept -- a copy that was not counted came all the same
    FROM drops FINAL
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
      AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
      AND life != 0
  )
  GROUP BY life
  HAVING max(is_kept) AND numbered BETWEEN 2 AND 10000
)
GROUP BY local_day
ORDER BY local_day
