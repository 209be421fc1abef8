-- title: Property paths
-- about: The `steps` (first, last) five values of a property between a person's first `first` event of the period (empty:
--   whatever came first) and the first `goal` within `within_ms` after it, also behind the period's end. An event is its
--   name, or page_view:/path for one page. The start counts in, the goal does not; equal values in a row are one step. Who
--   did not reach the goal has a path until the time is over, or now: of these, the time of `waiting` runs. The `limit`
--   paths of most people, in the order of `sort`; then `others`, and `none` of people without any value. Filters are of
--   the start alone.
WITH
  {{property_path_numbers}}
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
    FROM ({{property_path_of_persons}})
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
