-- title: Credits by rule
-- about: Orders, and their money in the site's currency, shared among the sessions of `window_days` before each order by
--   every rule that looks at one order alone. `by` names the touches: channel, source or campaign; '' is unattributed.
--   `reset` 1 takes no session before the order before; `reduce` shortens paths: exposure, first, frequency,
--   no_last_direct, no_direct, last_3 (any number), '' for no way.
--   Money is split by largest remainder, an earlier touch first, so each order's parts add up to it exactly.
WITH
  {from:DateTime64(3)} - toIntervalDay({window_days:UInt16}) AS since,
  toUInt64({window_days:UInt16}) * 86400000 AS window_ms,
  {{session_days}}
SELECT model, label, sum(share) AS orders, sum(money) AS revenue_minor
FROM (
  SELECT
    rule.1 AS model, value, length(touches) AS n,
    arrayMap(w -> value * w, rule.2) AS wanted_money,
    arrayMap(m -> floor(m), wanted_money) AS whole,
    toInt64(value - arraySum(whole)) AS cents_left,
    arraySlice(arraySort(i -> (whole[i] - wanted_money[i], i), range(1, n + 1)), 1, cents_left) AS one_more,
    arrayJoin(if(n = 0, [('', 1., value)], arrayMap(
      i -> (touches[i].2, rule.2[i], toInt64(whole[i]) + has(one_more, i)), range(1, n + 1)))) AS part,
    part.1 AS label, part.2 AS share, part.3 AS money
  FROM (
    SELECT
      value, touches, length(touches) AS n, range(1, n + 1) AS places,
      greatest(arrayLastIndex(t -> NOT t.3, touches), if(arrayExists(t -> NOT t.3, touches), 0, n)) AS last_known,
      arrayMap(t -> exp2(-t.1 / 604800000), touches) AS fresh, -- half in 7 days
      arrayJoin([
        ('first_touch', arrayMap(i -> toFloat64(i = 1), places)),
        ('last_touch', arrayMap(i -> toFloat64(i = n), places)),
        ('last_non_direct', arrayMap(i -> toFloat64(i = last_known), places)),
        ('linear', arrayMap(i -> 1 / n, places)),
        ('position_40_20_40', arrayMap(i -> multiIf(n = 1, 1., n = 2, 0.5, i IN (1, n), 0.4, 0.2 / (n - 2)), places)),
        ('time_decay_half_life_168h', arrayMap(f -> f / arraySum(fresh), fresh))
      ]) AS rule
    FROM ({{path_touches}})
  )
)
GROUP BY model, label
ORDER BY model, label = '', revenue_minor DESC, label
