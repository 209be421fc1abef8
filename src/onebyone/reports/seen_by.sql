-- title: Who saw the orders
-- about: Orders of the period by the ways in of all their sightings, copies included.
--   `browser` is the tag and the image, `server` the site's own server, `other` neither.
SELECT
  countIf(browser AND server) AS both, countIf(browser AND NOT server) AS browser_only,
  countIf(server AND NOT browser) AS server_only, countIf(NOT browser AND NOT server) AS other
FROM (
  SELECT max(way IN ('tag', 'image')) AS browser, max(way = 'server') AS server
  FROM (
    SELECT if(order_id = '', concat(toString(hit), '/', toString(n)), order_id) AS purchase,
      via AS way, 1 AS kept
    FROM events FINAL
    PREWHERE name = 'purchase' -- part of the id, so of the key: equal before FINAL and after
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
      AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
      AND {{wanted}}
    UNION ALL
    SELECT if(order_id = '', concat(toString(of_hit), '/', toString(of_n)), order_id), via, 0
    FROM drops FINAL
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)}) - 31 AND toDate({to:DateTime64(3)}) + 31 -- copies may come late
      AND name = 'purchase'
      AND reason IN ('duplicate_event', 'order_joined', 'order_reloaded', 'order_back_forward', 'order_repeated',
        'page_reloaded', 'open_repeated')
  )
  GROUP BY purchase
  HAVING max(kept) = 1
)
