-- title: Copies of orders by browsers
-- about: Orders that browsers reported more than once: the event id and the time of each copy.
SELECT order_id, arraySort(groupArray((event_id, ms))) AS copies
FROM (
  SELECT order_id, event_id, toUnixTimestamp64Milli(at) AS ms
  FROM events FINAL
  PREWHERE name = 'purchase'
  WHERE site = {site:String} AND via IN ('tag', 'image') AND order_id != ''
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  UNION ALL
  SELECT order_id, event_id, toUnixTimestamp64Milli(at)
  FROM drops FINAL
  WHERE site = {site:String} AND via IN ('tag', 'image') AND order_id != '' AND startsWith(reason, 'order_')
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
)
GROUP BY order_id
HAVING count() > 1
ORDER BY order_id
LIMIT {limit:UInt32}
