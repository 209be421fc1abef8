-- by person: orders that count, and their money in the site's currency, net of refunds
SELECT {{person}} AS buyer, count() AS orders, sumIf(net, currency IN ('', {currency:String})) AS revenue_minor
FROM ({{orders}}) AS placed
GLOBAL LEFT ANY JOIN ({{who}}) AS who ON node = who.known
GROUP BY buyer
