-- `seen`, of the statement behind this one, parted where, each in its turn, a rule says so. A server's events part nothing;
-- with none before, they go. In steps, for the engine writes out a name wherever it stands.
SELECT
  *, if(at_campaign, {{called}}, rested_or_full) AS begins,
  arrayFilter(visit -> visit[1].6 = 1, arraySplit((x, begin) -> begin, seen, begins)) AS visits
FROM (SELECT *, if(length(seen) <= max_events, rested, {{full}}) AS rested_or_full
FROM (SELECT *, arrayMap((x, before) -> x.6 = 1 AND (x.1 - before.1 > timeout_ms OR (at_midnight AND x.7 != before.2)),
  seen, opened_before) AS rested
FROM (SELECT *, arrayMap(x -> (x.1 * x.6, x.7), seen) AS opened,
  arrayPushFront(arrayPopBack(arrayFill(x -> x.1 > 0, opened)), (toInt64(0), toUInt32(0))) AS opened_before
FROM (
