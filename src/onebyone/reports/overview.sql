-- title: Overview by day
-- about: Views, visitors, sessions and orders of each day of the site's zone that has any.
--   `browser_orders` are those that a browser reported, alone or too: only these have a session.
--   A day has a row for the site's currency, and one with orders and money alone for each other currency.
--   A session belongs to the day it starts; more than 30 minutes without an event end it.
WITH {from:DateTime64(3)} AS since, {{session_days}}
SELECT
  local_day AS day, sum(view_count) AS views, sum(visitor_count) AS visitors, sum(session_count) AS sessions,
  sum(order_count) AS orders, sum(browser_count) AS browser_orders, sum(money) AS revenue_minor, unit_of_money AS currency
FROM (
  SELECT
    toDate(at, {zone:String}) AS local_day, {currency:String} AS unit_of_money,
    countIf(name = 'page_view') AS view_count, uniqExactIf(visitor, visitor != 0) AS visitor_count,
    0 AS session_count, 0 AS order_count, 0 AS browser_count, 0 AS money
  FROM events FINAL
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
  GROUP BY local_day
  UNION ALL
  SELECT
    toDate(at, {zone:String}),
    if(currency = '', {currency:String}, currency), 0, 0, 0, count(), countIf(in_browser), sum(net)
  FROM ({{orders}})
  GROUP BY ALL
  UNION ALL
  SELECT
    toDate(started, {zone:String}),
    {currency:String}, 0, 0, count(), 0, 0, 0
  FROM ({{sessions_since}})
  WHERE true{{and_sessions}}
  GROUP BY ALL
)
GROUP BY local_day, currency
ORDER BY day, currency != {currency:String}, currency
