-- orders that count, of all time, each with the browser or user id that it hangs on
SELECT at, visitor, gross, net, currency, {{order_node}} AS node
FROM conversions FINAL
WHERE site = {site:String} AND name = 'purchase' AND {{standing}} = 'counted'
