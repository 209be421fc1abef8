-- title: What hangs on single identifiers
-- about: Events of each of `nodes` alone, the numbers of browsers and user ids: what moves when one joins or leaves.
SELECT
  toString(node) AS number, count() AS events, countIf(name = 'purchase') AS orders,
  sumIf(value, name = 'purchase' AND currency IN ('', {currency:String})) AS revenue_minor
FROM events FINAL
WHERE site = {site:String} AND has(arrayMap(text -> toUInt64OrZero(text), {nodes:Array(String)}), node)
GROUP BY node
ORDER BY number
