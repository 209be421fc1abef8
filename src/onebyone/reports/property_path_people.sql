-- title: People of a property path
-- about: The persons whom Property paths counts: `kind` is path for those of `path`, none for those without any value, all for
--   everybody who began; `which` is converted for those who reached the goal, all for any. How many values each had on the
--   way, when they began, and when they reached the goal (where they did not, when they began). The last first, behind
--   `after_ms` and `after_id`; each row has the number of all of them.
WITH
  {{property_path_numbers}}
SELECT toString(owner) AS person, times, began AS first_at, ended AS last_at, counted, times_sum
FROM (
  SELECT
    person AS owner, toUInt64(length(steps_of)) AS times,
    fromUnixTimestamp64Milli(toInt64(from_ms + start_ms), 'UTC') AS began,
    fromUnixTimestamp64Milli(toInt64(from_ms + if(reached, goal_ms, start_ms)), 'UTC') AS ended,
    count() OVER () AS counted, sum(times) OVER () AS times_sum
  FROM ({{property_path_of_persons}})
  WHERE (reached OR {which:String} = 'all')
    AND ({kind:String} = 'all' OR if({kind:String} = 'none', empty(steps_of),
      notEmpty(steps_of) AND steps_of = arrayMap(text -> toUInt32(indexOf(texts, text)), {path:Array(String)})))
)
{{persons_behind}}
