-- title: Events seen
-- about: Each event name of the period: how often, when, by which ways, and with how much of an order.
-- sorts: seen with_order_id with_value first_at last_at name
SELECT
  name, count() AS seen, min(at) AS first_at, max(at) AS last_at, countIf(order_id != '') AS with_order_id,
  countIf(value != 0) AS with_value, arraySort(groupUniqArray(toString(via))) AS vias
FROM events FINAL
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}{{and_rows}}
GROUP BY name
ORDER BY {{sorted}}seen DESC, name
