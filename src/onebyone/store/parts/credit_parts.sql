-- what each touch of an order has of it by each rule: `share` in parts of 10^12, and money; of an order without a touch '' has all
SELECT id, model, part.1 AS label, part.2 AS share, part.3 AS money
FROM (
  SELECT
    id, rule.1 AS model,
    arrayMap(w -> value * w, rule.2) AS wanted_money,
    arrayMap(m -> floor(m), wanted_money) AS whole,
    toInt64(value - arraySum(whole)) AS cents_left,
    -- 1e-17 decides nothing
    arraySlice(arraySort(i -> (-round(wanted_money[i] - whole[i], 9), i), places), 1, cents_left) AS one_more,
    arrayMap(w -> toInt64(round(w * 1000000000000)), rule.2) AS parts,
    1000000000000 - arraySum(parts) AS parts_left,
    arrayJoin(if(n = 0, [('', toInt128(1000000000000), value)], arrayMap(
      i -> (touches[i].2, toInt128(parts[i] + if(i = 1, parts_left, 0)), toInt64(whole[i]) + has(one_more, i)), places))) AS part
  FROM (
    SELECT
      id, value, touches, length(touches) AS n, range(1, n + 1) AS places,
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
