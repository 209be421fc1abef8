-- title: Browsers
-- about: By browser, most visitors first; '' is unknown.
--   Money is in the site's currency, orders are all; one that only a server saw may have no browser.
-- sorts: visitors orders views revenue_minor name
SELECT
  browser AS name, sum(visitor_count) AS visitors, sum(view_count) AS views, sum(order_count) AS orders,
  sum(money) AS revenue_minor{{in_all}}
FROM (
  SELECT
    browser, uniqExactIf(visitor, visitor != 0) AS visitor_count, countIf(events.name = 'page_view') AS view_count,
    0 AS order_count, 0 AS money
  FROM events FINAL
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
  GROUP BY browser
  UNION ALL
  SELECT browser, 0, 0, count(), sum({{home_net}})
  FROM ({{orders}})
  GROUP BY browser
)
GROUP BY browser
ORDER BY {{sorted}}visitors DESC, views DESC, name
LIMIT {limit:UInt32}{{skipped}}
