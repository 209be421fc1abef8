-- of each person who began: when, whether and when they reached the goal, and the numbers of the values on the way
SELECT
  person, minIf(moment, is_start) AS start, bitShiftRight(bitShiftLeft(start, lost_bits), seq_bits) AS start_ms,
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
