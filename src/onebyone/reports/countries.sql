-- title: Countries
-- about: By country, most visitors first; '' is unknown.
--   Orders are those in the site's currency; one that only a server saw may have no country.
SELECT country AS name, visitors, views, orders, revenue_minor
FROM (
  SELECT
    country, uniqExactIf(visitor, visitor != 0) AS visitors, countIf(name = 'page_view') AS views,
    countIf(name = 'purchase' AND currency IN ('', {currency:String})) AS orders,
    sumIf(value, name = 'purchase' AND currency IN ('', {currency:String})) AS revenue_minor
  FROM events FINAL
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
  GROUP BY country
)
ORDER BY visitors DESC, views DESC, name
LIMIT {limit:UInt32}
