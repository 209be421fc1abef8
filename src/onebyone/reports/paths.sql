-- title: Paths
-- about: The sessions before an order (or what else `event` counts), oldest first, and how many orders each such path led
--   to; their money is in the site's currency. `nulls` are persons without an order in the period who had that path in their last `window_days`.
--   An order without a session has the empty path. `days` is the median from the first touch to the order.
--   `reset` and `reduce` as in Credits by rule; paths without an order are reduced too.
--   The most frequent paths are kept, with an order or without; `all_paths` and `all_nulls` count what there is.
-- counts: {event:String}
WITH
  {from:DateTime64(3)} - toIntervalDay({window_days:UInt16}) AS since,
  toUInt64({window_days:UInt16}) * 86400000 AS window_ms,
  {{session_days}},
  ( -- a label is its place in it; those of the open days' events are of their sessions too
    SELECT arraySort(groupUniqArray(label))
    FROM (
      SELECT {{touch_label}} AS label
      FROM sessions
      WHERE site = {site:String} AND traffic = {traffic:String} AND day GLOBAL IN (SELECT arrayJoin(stored_days))
      UNION ALL
      SELECT {{touch_label}}
      FROM events FINAL
      WHERE site = {site:String} AND day GLOBAL IN (SELECT arrayJoin(days_to_read))
    )
  ) AS labels
SELECT
  path, sum(order_count) AS orders, sum(money) AS revenue_minor, sum(null_count) AS nulls,
  round(quantileExactIf(0.5)(age_ms, order_count > 0) / 86400000, 2) AS days,
  count() OVER () AS all_paths, sum(nulls) OVER () AS all_nulls
FROM (
  SELECT arrayMap(t -> t.2, touches) AS path, 1 AS order_count, value AS money, 0 AS null_count, touches[1].1 AS age_ms
  FROM ({{path_touches}})
  UNION ALL
  WITH arraySort(t -> t.1, arrayFilter(t -> t.1 + window_ms >= last_ms, went)) AS found
  SELECT arrayMap(t -> t.2, {{reduced}}) AS path, 0, 0, 1, 0
  FROM (
    SELECT
      person, arrayMap(x -> (bitShiftRight(x, 23), labels[bitAnd(bitShiftRight(x, 1), 4194303)], bitTest(x, 0), bitShiftRight(x, 23)),
        arraySort(groupArray(touch))) AS went, -- a touch is one number of 64 bits, or those of all persons would not stay in memory
      went[-1].1 AS last_ms
    FROM (
      SELECT
        person, bitShiftLeft(toUInt64(toUnixTimestamp64Milli(started)), 23) + (channel IN ('Direct', ''))
          + 2 * transform({{touch_label}}, labels, arrayMap(n -> toUInt64(n), arrayEnumerate(labels)), toUInt64(0)) AS touch
      FROM ({{sessions_of_persons}})
      WHERE NOT person GLOBAL IN (
        SELECT {{person}}
        FROM (
          SELECT at, visitor, node
          FROM events FINAL
          PREWHERE name = {{goal}}
          WHERE site = {site:String}
            AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
            AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)} AND {{of_traffic}}
        ) AS bought
        {{by_whom}}){{and_visitors}}
    )
    GROUP BY person
    HAVING last_ms >= toUInt64(toUnixTimestamp64Milli({from:DateTime64(3)}))
  )
)
GROUP BY path
ORDER BY orders + nulls DESC, orders DESC, path
LIMIT {limit:UInt32}
