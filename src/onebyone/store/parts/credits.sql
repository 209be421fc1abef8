SELECT
  buyer AS visitor, fromUnixTimestamp64Milli(toInt64(credited % 10000000000000), 'UTC') AS started,
  count() AS order_count, sum(money) AS money
FROM (
  SELECT
    purchase.visitor AS buyer, purchase.id, any(purchase.value) AS money,
    maxIf(touched.touch, touched.touch % 10000000000000 BETWEEN purchase.ms - 2592000000 AND purchase.ms) AS credited
  FROM (
    SELECT
      visitor, toUInt64(toUnixTimestamp64Milli(started))
        + if(direct_last AND channel NOT IN ('Direct', ''), 10000000000000, 0) AS touch -- the credited one is largest
    FROM ({{sessions_since}})
  ) AS touched
  GLOBAL RIGHT JOIN (
    SELECT visitor, id, toUInt64(toUnixTimestamp64Milli(at)) AS ms, value
    FROM events FINAL
    PREWHERE name = 'purchase' -- part of the id, so of the key: equal before FINAL and after
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
      AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
      AND currency IN ('', {currency:String})
      AND {{wanted}}
  ) AS purchase ON touched.visitor = purchase.visitor
  GROUP BY buyer, purchase.id
)
GROUP BY visitor, started
