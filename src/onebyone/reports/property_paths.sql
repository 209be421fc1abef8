-- title: Property paths
-- about: The `steps` (first, last) five values of a property between a person's first `first` event of the period (empty:
--   whatever came first) and the first `goal` within `within_ms` after it, also behind the period's end. An event is its
--   name, or page_view:/path for one page. The start counts in, the goal does not; equal values in a row are one step. Who
--   did not reach the goal has a path until the time is over, or now: of these, the time of `waiting` runs. The `limit`
--   paths of most people, in the order of `sort`; then `others`, and `none` of people without any value. Filters are of
--   the start alone.
WITH
  -- An event is one number of 64 bits, so that a person's are light and sort by themselves: its moment (milliseconds since
  -- `from`, then `seq`), two bits of what it is, and its value's place among all values in order, 0 for none.
  (
    SELECT arraySort(groupArray(text))
    FROM (
      SELECT DISTINCT toString({{property}}) AS text
      FROM events FINAL
      WHERE site = {site:String}
        AND day BETWEEN toDate({from:DateTime64(3)})
          AND toDate({to:DateTime64(3)}) + toUInt16(intDiv({within_ms:UInt64}, 86400000) + 1)
        AND text != ''
    )
  ) AS texts,
  toUInt8(floor(log2(length(texts) + 1)) + 1) AS value_bits,
  value_bits + 2 AS low_bits,
  toUnixTimestamp64Milli({from:DateTime64(3)}) AS from_ms,
  toUInt8(floor(log2(toUnixTimestamp64Milli({to:DateTime64(3)}) - from_ms + {within_ms:UInt64} + 2)) + 1) AS time_bits,
  19 AS seq_bits,
  toUInt8(greatest(0, time_bits + seq_bits + low_bits - 64)) AS lost_bits, -- of seq, its highest; with ten years also of the time
  bitShiftLeft(toUInt64(1), value_bits) AS goal_alone, -- no step: what is no start as well
  2 * goal_alone AS no_goal,
  18446744073709551615 AS never
SELECT
  kind, any(shown) AS path, sum(persons) AS people, sum(goals) AS converted, sum(open) AS waiting,
  quantileExactMerge(0.5)(took) AS median_ms, count() AS paths
FROM (
  SELECT
    *, if(empty(steps_of), 0, cityHash64(steps_of)) AS path_hash,
    if(path_hash = 0, 0, bitOr(bitShiftLeft(persons, 32), bitShiftRight(path_hash, 32))) AS size, -- sorts in one go
    multiIf(
      empty(steps_of), 'none', row_number() OVER (ORDER BY size DESC) <= {limit:UInt32}, 'path', 'others') AS kind,
    if(kind = 'path', arrayMap(n -> texts[n], steps_of), []) AS shown
  FROM (
    SELECT
      steps_of, count() AS persons, countIf(reached) AS goals,
      countIf(NOT reached AND from_ms + start_ms + {within_ms:UInt64} > toUnixTimestamp64Milli({now:DateTime64(3)})) AS open,
      quantileExactStateIf(0.5)(goal_ms - start_ms, reached) AS took
    FROM (
      SELECT
        minIf(moment, is_start) AS start, bitShiftRight(bitShiftLeft(start, lost_bits), seq_bits) AS start_ms,
        start_ms + {within_ms:UInt64} + 1 AS over_ms, bitShiftLeft(start, low_bits) AS from_x,
        bitShiftLeft(bitShiftRight(bitShiftLeft(over_ms, seq_bits), lost_bits), low_bits) AS over_x,
        groupArray(bitShiftLeft(moment, low_bits) + part + number) AS all,
        arrayMin(
          x -> if(bitAnd(x, no_goal) = 0 AND x < over_x
            AND x >= from_x + if(bitAnd(x, goal_alone) = 0, 2 * no_goal, 0), x, never), all) AS goal_x,
        goal_x != never AS reached, bitShiftRight(goal_x, low_bits) AS goal_moment,
        bitShiftRight(bitShiftLeft(goal_moment, lost_bits), seq_bits) AS goal_ms,
        if(reached, bitShiftLeft(goal_moment + (bitAnd(goal_x, goal_alone) != 0), low_bits), over_x) AS to_x,
        arrayCompact(arrayMap(x -> toUInt32(bitAnd(x, goal_alone - 1)), arraySort(arrayFilter(
          x -> x >= from_x AND x < to_x AND bitAnd(x, goal_alone) = 0 AND bitAnd(x, goal_alone - 1) != 0, all)))) AS all_steps,
        arraySlice(all_steps, if({steps:String} = 'last', -5, 1), 5) AS steps_of
      FROM (
        SELECT
          {{person}} AS person,
          bitShiftRight(toUInt64(toUnixTimestamp64Milli(at) - from_ms) * bitShiftLeft(toUInt64(1), seq_bits)
            + least(bitShiftLeft(toUInt64(seq), lost_bits), toUInt64(524287)), lost_bits) AS moment,
          transform(
            toString({{property}}), texts, arrayMap(n -> toUInt32(n), arrayEnumerate(texts)), toUInt32(0)) AS number,
          splitByChar(':', {first:String}) AS start_of, splitByChar(':', {goal:String}) AS goal_of,
          at < {to:DateTime64(3)} AND {{wanted}} AND ({first:String} = '' OR (name = start_of[1]
            AND (length(start_of) = 1 OR path = substring({first:String}, length(start_of[1]) + 2)))) AS is_start,
          name = goal_of[1]
            AND (length(goal_of) = 1 OR path = substring({goal:String}, length(goal_of[1]) + 2)) AS is_goal,
          multiIf(NOT is_goal, no_goal, {first:String} != '' AND is_start, 0, goal_alone) AS part
        FROM events FINAL
        {{by_whom}}
        WHERE site = {site:String}
          AND day BETWEEN toDate({from:DateTime64(3)})
            AND toDate({to:DateTime64(3)}) + toUInt16(intDiv({within_ms:UInt64}, 86400000) + 1)
          AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)} + toIntervalMillisecond({within_ms:UInt64})
          AND {{of_traffic}} AND (number != 0 OR is_start OR is_goal)
      )
      WHERE person != 0
      GROUP BY person
      HAVING countIf(is_start) > 0
    )
    GROUP BY steps_of
  )
)
GROUP BY kind, if(kind = 'path', path_hash, 0)
ORDER BY
  indexOf(['path', 'others', 'none'], kind), {sort:String} IN ('time', '-time') AND converted = 0,
  multiIf(
    {sort:String} IN ('converted', '-converted'), toFloat64(converted),
    {sort:String} IN ('rate', '-rate'), converted / people,
    {sort:String} IN ('time', '-time'), toFloat64(median_ms), toFloat64(people)) * if(startsWith({sort:String}, '-'), -1, 1),
  people DESC, path
LIMIT {limit:UInt32} + 2
