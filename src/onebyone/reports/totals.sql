-- title: The period in one row
-- about: One row per currency, the site's first; the others hold orders and money alone.
--   `engaged` are sessions of 10 seconds, two views or an order; `machine_views` counts whatever `traffic` says.
WITH {from:DateTime64(3)} AS since, {{session_days}}
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
    SELECT name, visitor, actor, {{wanted}} AS wanted
    FROM events FINAL
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
      AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}{{and_rows}}
  )
  UNION ALL
  SELECT if(currency = '', {currency:String}, currency), 0, 0, 0, 0, count(), sum(net), 0, 0
  FROM ({{orders}})
  GROUP BY ALL
  UNION ALL
  SELECT {currency:String}, 0, 0, count(), countIf(engaged_at < {to:DateTime64(3)}), 0, 0, 0, 0
  FROM ({{sessions_since}})
  WHERE true{{and_sessions}}
)
GROUP BY currency
ORDER BY currency != {currency:String}, currency
