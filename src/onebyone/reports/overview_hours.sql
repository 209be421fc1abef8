-- title: Overview by hour
-- about: As the overview by day, by hour of the site's zone; `hour` is its first instant.
WITH {from:DateTime64(3)} AS since, {{session_days}}
SELECT
  hour, sum(view_count) AS views, sum(visitor_count) AS visitors, sum(session_count) AS sessions,
  sum(order_count) AS orders, sum(browser_count) AS browser_orders, sum(money) AS revenue_minor, unit_of_money AS currency
FROM (
  SELECT
    toTimeZone(toStartOfHour(at, {zone:String}), 'UTC') AS hour, {currency:String} AS unit_of_money,
    countIf(name = 'page_view') AS view_count, uniqExactIf(visitor, visitor != 0) AS visitor_count,
    0 AS session_count, 0 AS order_count, 0 AS browser_count, 0 AS money
  FROM events FINAL
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
  GROUP BY hour
  UNION ALL
  SELECT
    toTimeZone(toStartOfHour(at, {zone:String}), 'UTC'),
    if(currency = '', {currency:String}, currency), 0, 0, 0, count(), countIf(in_browser), sum(net)
  FROM ({{orders}})
  GROUP BY ALL
  UNION ALL
  SELECT
    toTimeZone(toStartOfHour(started, {zone:String}), 'UTC'),
    {currency:String}, 0, 0, count(), 0, 0, 0
  FROM ({{sessions_since}})
  WHERE true{{and_sessions}}
  GROUP BY ALL
)
GROUP BY hour, currency
ORDER BY hour, currency != {currency:String}, currency
