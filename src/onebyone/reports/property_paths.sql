-- title: Property paths
-- about: The `steps` (first, last) five values of a property between a person's first `first` event of the period (empty:
--   whatever came first) and the first `goal` within `within_ms` after it, also behind the period's end. An event is its
--   name, or page_view:/path for one page. The start counts in, the goal does not; equal values in a row are one step. Who
--   did not reach the goal has a path until the time is over, or now: of these, the time of `waiting` runs. The `limit`
--   paths of most people, in the order of `sort`; then `others`, and `none` of people without any value. Filters are of
--   the start alone.
SELECT
  kind, arrayMap(x -> x.2, arraySort(groupArrayIf((place, text), text != ''))) AS path, any(each.people) AS people,
  any(each.converted) AS converted, any(each.waiting) AS waiting, any(each.median_ms) AS median_ms,
  any(each.paths) AS paths
FROM (
  SELECT cityHash64(text) AS known, text
  FROM (
    SELECT DISTINCT toString({{property}}) AS text
    FROM events FINAL
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)})
        AND toDate({to:DateTime64(3)}) + toUInt16(intDiv({within_ms:UInt64}, 86400000) + 1)
      AND text != ''
  )
) AS told
GLOBAL RIGHT JOIN (
  SELECT *, known, place FROM (
    SELECT
      kind, if(kind = 'path', path_hash, 0) AS number, sum(persons) AS people, sum(goals) AS converted,
      sum(open) AS waiting, quantileExactMerge(0.5)(took) AS median_ms, count() AS paths,
      if(kind = 'path', any(values), emptyArrayUInt64()) AS shown
    FROM (
      SELECT
        *, if(path_hash = 0, 0, bitOr(bitShiftLeft(persons, 32), bitShiftRight(path_hash, 32))) AS size, -- sorts in one go
        multiIf(
          path_hash = 0, 'none', row_number() OVER (ORDER BY size DESC) <= {limit:UInt32}, 'path', 'others') AS kind
      FROM (
        SELECT
          if(empty(steps_of), 0, cityHash64(steps_of)) AS path_hash, any(steps_of) AS values, count() AS persons,
          countIf(reached) AS goals, countIf(NOT reached AND ends > toUnixTimestamp64Milli({now:DateTime64(3)})) AS open,
          quantileExactStateIf(0.5)(goal_ms - start_ms, reached) AS took
        FROM (
          SELECT
            minIf(moment, is_start) AS start, bitShiftRight(start, 20) AS start_ms, start_ms + {within_ms:UInt64} AS ends,
            18446744073709551615 AS never,
            arrayMin(x -> if(x >= start AND x < bitShiftLeft(ends + 1, 20), x, never),
              arrayPushBack(groupArrayIf(bitXor(moment, again), is_goal), never)) AS goal,
            goal != never AS reached, bitShiftRight(goal, 20) AS goal_ms,
            bitShiftLeft(toUInt128(start), 64) AS low,
            bitShiftLeft(toUInt128(if(reached, goal + 1, bitShiftLeft(ends + 1, 20))), 64) AS high,
            arrayCompact(arrayMap(x -> toUInt64(x), arraySort(arrayFilter(x -> x >= low AND x < high,
              groupArrayIf(bitOr(bitShiftLeft(toUInt128(moment), 64), step), step != 0 AND (again OR NOT is_goal)))))) AS all_values,
            arraySlice(all_values, if({steps:String} = 'last', -5, 1), 5) AS steps_of
          FROM (
            SELECT
              {{person}} AS person,
              toUInt64(toUnixTimestamp64Milli(at)) * 1048576 + least(seq, 524287) * 2 + 1 AS moment, -- ms, and order in it
              if(toString({{property}}) = '', 0, cityHash64(toString({{property}}))) AS step, -- a number, so that it is light
              splitByChar(':', {first:String}) AS start_of, splitByChar(':', {goal:String}) AS goal_of,
              at < {to:DateTime64(3)} AND {{wanted}} AND ({first:String} = '' OR (name = start_of[1]
                AND (length(start_of) = 1 OR path = substring({first:String}, length(start_of[1]) + 2)))) AS is_start,
              name = goal_of[1]
                AND (length(goal_of) = 1 OR path = substring({goal:String}, length(goal_of[1]) + 2)) AS is_goal,
              {first:String} != '' AND is_start AS again
            FROM events FINAL
            GLOBAL LEFT ANY JOIN ({{who}}) AS who ON node = who.known
            WHERE site = {site:String}
              AND day BETWEEN toDate({from:DateTime64(3)})
                AND toDate({to:DateTime64(3)}) + toUInt16(intDiv({within_ms:UInt64}, 86400000) + 1)
              AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)} + toIntervalMillisecond({within_ms:UInt64})
              AND {{of_traffic}} AND (step != 0 OR is_start OR is_goal)
          )
          WHERE person != 0
          GROUP BY person
          HAVING countIf(is_start) > 0
        )
        GROUP BY path_hash
      )
    )
    GROUP BY kind, number
  )
  LEFT ARRAY JOIN shown AS known, arrayEnumerate(shown) AS place
) AS each ON told.known = each.known
GROUP BY kind, number
ORDER BY
  indexOf(['path', 'others', 'none'], kind), {sort:String} IN ('time', '-time') AND converted = 0,
  multiIf(
    {sort:String} IN ('converted', '-converted'), toFloat64(converted),
    {sort:String} IN ('rate', '-rate'), converted / people,
    {sort:String} IN ('time', '-time'), toFloat64(median_ms), toFloat64(people)) * if(startsWith({sort:String}, '-'), -1, 1),
  people DESC, path
LIMIT {limit:UInt32} + 2
