-- title: What one person is worth
-- about: One row: the orders that count of all time, and in the site's currency what was paid and what refunds left of it.
--   `nodes` are the numbers of the person's browsers and user ids.
WITH arrayMap(text -> toUInt64OrZero(text), {nodes:Array(String)}) AS numbers
SELECT
  count() AS orders, sumIf(gross, currency IN ('', {currency:String})) AS gross_minor,
  sumIf(net, currency IN ('', {currency:String})) AS net_minor
FROM (
  SELECT {{person}} AS owner, gross, net, currency
  FROM ({{purchases}}) AS placed
  {{by_whom}}
  WHERE (has(numbers, node) OR has(numbers, visitor))
)
WHERE owner = toUInt64({person:String})
