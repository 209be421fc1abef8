-- title: What hangs on single identifiers
-- about: Events of each of `nodes` alone, the numbers of browsers and user ids: what moves when one joins or leaves. Of
--   orders those that count, their money net of refunds in the site's currency.
WITH arrayMap(text -> toUInt64OrZero(text), {nodes:Array(String)}) AS numbers
SELECT toString(node) AS number, sum(happened) AS events, sum(bought) AS orders, sum(worth) AS revenue_minor
FROM (
  SELECT node, 1 AS happened, 0 AS bought, 0 AS worth
  FROM events FINAL
  WHERE site = {site:String} AND has(numbers, node)
  UNION ALL
  SELECT node, 0, 1, if(currency IN ('', {currency:String}), net, 0)
  FROM ({{purchases}})
  WHERE has(numbers, node)
)
GROUP BY node
ORDER BY number
