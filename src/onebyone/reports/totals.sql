-- title: The period in one row
-- about: One row per currency, the site's first; the others hold orders and money alone.
--   `engaged` are sessions of 10 seconds, two views or an order; `machine_views` counts whatever `traffic` says.
SELECT
  unit_of_money AS currency, sum(view_count) AS views, sum(visitor_count) AS visitors, sum(session_count) AS sessions,
  sum(engaged_count) AS engaged, sum(order_count) AS orders, sum(money) AS revenue_minor,
  sum(unnamed_count) AS views_without_visitor, sum(machine_count) AS machine_views
FROM (
  SELECT
    {currency:String} AS unit_of_money,
    countIf(name = 'page_view' AND wanted) AS view_count,
    uniqExactIf(visitor, visitor != 0 AND wanted) AS visitor_count,
    0 AS session_count, 0 AS engaged_count, 0 AS order_count, 0 AS money,
    countIf(name = 'page_view' AND visitor = 0 AND wanted) AS unnamed_count,
    countIf(name = 'page_view' AND (startsWith(actor, 'machine_') OR actor = 'invalid')) AS machine_count
  FROM (
    SELECT name, visitor, actor, multiIf(
      {traffic:String} = 'people',
      actor IN ('human', 'human_proxied') OR (actor = 'suspect' AND NOT has(reasons, 'spoof')),
      {traffic:String} = 'machines', startsWith(actor, 'machine_') OR actor = 'invalid',
      {traffic:String} = 'unclear', actor = 'suspect',
      {traffic:String} = 'all') AS wanted
    FROM events FINAL
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
      AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  )
  UNION ALL
  SELECT if(currency = '', {currency:String}, currency), 0, 0, 0, 0, count(), sum(value), 0, 0
  FROM events FINAL
  PREWHERE name = 'purchase' -- part of the id, so of the key: equal before FINAL and after
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND multiIf(
      {traffic:String} = 'people',
      actor IN ('human', 'human_proxied') OR (actor = 'suspect' AND NOT has(reasons, 'spoof')),
      {traffic:String} = 'machines', startsWith(actor, 'machine_') OR actor = 'invalid',
      {traffic:String} = 'unclear', actor = 'suspect',
      {traffic:String} = 'all')
  GROUP BY ALL
  UNION ALL
  SELECT {currency:String}, 0, 0, sum(length(visits)), sum(arrayCount(
      visit -> visit[-1].1 - visit[1].1 >= 10000
        OR arrayCount(x -> x.2 = 1, visit) >= 2 OR arrayExists(x -> x.2 = 2, visit),
      visits)), 0, 0, 0, 0
  FROM (
    SELECT arrayFilter(
      visit -> visit[1].1 >= toUnixTimestamp64Milli({from:DateTime64(3)}),
      arraySplit((x, gap) -> gap > 1800000, seen, arrayDifference(seen.1))) AS visits
    FROM (
      SELECT arraySort(groupArray(
        (toUnixTimestamp64Milli(at), multiIf(name = 'page_view', 1, name = 'purchase', 2, 0)))) AS seen
      FROM events FINAL
      WHERE site = {site:String}
        AND day BETWEEN toDate({from:DateTime64(3)} - INTERVAL 30 MINUTE) AND toDate({to:DateTime64(3)})
        AND at >= {from:DateTime64(3)} - INTERVAL 30 MINUTE AND at < {to:DateTime64(3)}
        AND visitor != 0 AND via != 'server'
        AND multiIf(
          {traffic:String} = 'people',
          actor IN ('human', 'human_proxied') OR (actor = 'suspect' AND NOT has(reasons, 'spoof')),
          {traffic:String} = 'machines', startsWith(actor, 'machine_') OR actor = 'invalid',
          {traffic:String} = 'unclear', actor = 'suspect',
          {traffic:String} = 'all')
      GROUP BY visitor
    )
  )
)
GROUP BY currency
ORDER BY currency != {currency:String}, currency
