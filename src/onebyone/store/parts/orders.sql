-- orders of the period, each once: what people and servers reported is a record, a machine's stays an event
SELECT
  id, hit, order_id, at, visitor, gross, refunded, net, currency, browser, device, country, in_browser, in_server,
  {{order_node}} AS node
FROM conversions FINAL
WHERE site = {site:String} AND name = {{goal}} AND {{standing}} = 'counted'
  AND first_day >= toDate({from:DateTime64(3)}) - 31 -- the first copy seen is seldom the earliest
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND ({{of_traffic}}{{and_orders}})
UNION ALL
SELECT
  id, hit, order_id, at, visitor, value, 0, value, currency, browser, device, country, via IN ('tag', 'image'), via = 'server',
  node
FROM events FINAL
PREWHERE name = {{goal}} -- part of the id, so of the key: equal before FINAL and after
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND conversion = '' -- it has a record, which counts above for whoever it is
  AND startsWith(actor, 'machine_') AND {traffic:String} IN ('machines', 'all'){{and_rows}}
