-- by person: orders that count, and their money in the site's currency, net of refunds
SELECT {{person}} AS buyer, count() AS orders, sumIf(net, currency IN ('', {currency:String})) AS revenue_minor
FROM ({{orders}}) AS placed
{{by_whom}}
GROUP BY buyer
