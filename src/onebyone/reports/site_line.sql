-- title: A site in a line
-- about: Orders, money in the site's currency, visitors; the last event;
--   and sightings a minute over the five minutes before `to`.
SELECT sum(order_count) AS orders, sum(money) AS revenue_minor, sum(visitor_count) AS visitors,
  max(newest) AS last_at, sum(arrived) / 5 AS hits_per_minute
FROM (
  SELECT
    0 AS order_count, 0 AS money, uniqExactIf(visitor, visitor != 0) AS visitor_count, NULL AS newest, 0 AS arrived
  FROM events FINAL
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
  UNION ALL
  SELECT count(), sum({{home_net}}), 0, NULL, 0
  FROM ({{orders}})
  UNION ALL
  SELECT
    0, 0, 0, if(count() = 0, NULL, max(events.at)),
    countIf(received_at >= {to:DateTime64(3)} - INTERVAL 5 MINUTE AND received_at < {to:DateTime64(3)})
  FROM events FINAL
  WHERE site = {site:String}
  UNION ALL
  SELECT 0, 0, 0, NULL, count()
  FROM drops FINAL
  WHERE site = {site:String}
    AND received_at >= {to:DateTime64(3)} - INTERVAL 5 MINUTE AND received_at < {to:DateTime64(3)}
)
