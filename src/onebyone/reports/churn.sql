-- title: Churn
-- about: Customers lost by the `unit` (month, week): who did not buy for `k` times the median gap between purchases, until
--   `now`. A purchase is a day with orders that count; the gap is the median, over persons who bought on two days or more,
--   of each one's own median number of days from one to the next. Active when a unit begins, and `fresh` (bought for the
--   first time) and `back` (bought after they were lost) less `churned` in it, are active when the next begins. With fewer
--   than 30 persons who bought again no gap is known, and nobody is called lost. Who names nobody is no customer.
--   Nobody could be lost before `quiet_days` after `first_day`, the first purchase of all.
WITH
  (d) -> if({unit:String} = 'month', toStartOfMonth(d), toMonday(d)) AS begin,
  begin(toDate({from:DateTime64(3)}, {zone:String})) AS first_unit,
  toDate({now:DateTime64(3)}, {zone:String}) AS today,
  least(begin(toDate({to:DateTime64(3)} - INTERVAL 1 SECOND, {zone:String})), begin(today)) AS last_unit
SELECT starts, active, fresh, back, churned, gap_days, quiet_days, repeaters, first_day
FROM (
  SELECT
    did.1 AS starts, countIf(did.2 = 'fresh') AS fresh, max(max(again)) OVER () AS repeaters,
    nullIf(min(min(bought_first)) OVER (), toDate('2149-06-06')) AS first_day,
    max(max(gap)) OVER () AS gap_days, max(max(quiet)) OVER () AS quiet_days,
    if(quiet_days IS NULL, NULL, countIf(did.2 = 'back')) AS back,
    if(quiet_days IS NULL, NULL, countIf(did.2 = 'churned')) AS churned,
    if(quiet_days IS NULL, NULL, sum(countIf(did.2 IN ('fresh', 'back')) - countIf(did.2 = 'churned'))
      OVER (ORDER BY starts ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - fresh - back + churned) AS active
  FROM (
    SELECT
      again, gap, quiet, days[1] AS bought_first,
      arrayConcat(
        [(begin(days[1]), 'fresh')],
        arrayFlatten(arrayMap((d, later) -> if(later - d > quiet,
          [(begin(d + quiet), 'churned'), (begin(later), 'back')], []), arrayPopBack(days), arrayPopFront(days))),
        if(days[-1] + quiet < today, [(begin(days[-1] + quiet), 'churned')], [])) AS deeds
    FROM (
      SELECT
        days, countIf(length(days) > 1) OVER () AS again,
        if(again < 30, NULL, ifNotFinite(quantileExactInclusiveIf(0.5)(own_gap, length(days) > 1) OVER (), 0)) AS gap,
        toInt32(ceil(gap * toFloat64({k:String}))) AS quiet -- whole days without a purchase, the last of which is over
      FROM (
        SELECT
          arraySort(groupUniqArray(toDate(moment, {zone:String}))) AS days,
          arrayReduce('quantileExactInclusive(0.5)',
            arrayMap((d, later) -> later - d, arrayPopBack(days), arrayPopFront(days))) AS own_gap
        FROM (
          SELECT {{person}} AS person, at AS moment
          FROM (
            SELECT at, visitor, {{order_node}} AS node
            FROM conversions FINAL
            WHERE site = {site:String} AND name = 'purchase' AND {{standing}} = 'counted' AND at < {now:DateTime64(3)}
              AND {{wanted}}
          ) AS orders
          {{by_whom}}
        )
        WHERE person != 0
        GROUP BY person
      )
    )
    UNION ALL -- a row for every unit, also where nothing happened
    SELECT 0, NULL, NULL, toDate('2149-06-06'), arrayMap(
      n -> (if({unit:String} = 'month', addMonths(first_unit, n), addDays(first_unit, 7 * n)), ''),
      range(toUInt32(greatest(0, dateDiff({unit:String}, first_unit, last_unit) + 1))))
  )
  ARRAY JOIN deeds AS did
  GROUP BY starts
)
WHERE starts BETWEEN first_unit AND last_unit AND first_day IS NOT NULL -- nothing where nobody ever bought
ORDER BY starts
