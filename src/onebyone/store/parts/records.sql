-- records of the period that fit what was asked; '' asks for nothing
SELECT * REPLACE ({{standing}} AS status), multiIf(in_browser AND in_server, 'both', in_server, 'server-only', in_browser, 'browser-only', 'neither') AS seen
FROM conversions FINAL
WHERE site = {site:String} AND status IN ('counted', 'cancelled', 'unconfirmed')
  AND first_day >= toDate({from:DateTime64(3)}) - 31 -- the first copy seen is seldom the earliest
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND ({event:String} = '' OR name = {event:String})
  AND ({via:String} IN ('', seen) OR has(vias, {via:String}))
  AND ({matched:String} = '' OR has(matched_by, {matched:String}))
  AND ({flag:String} IN ('', {{standing}}) OR arrayExists(x -> {flag:String} IN (toString(x), splitByChar(':', toString(x))[1]), flags))
  AND net BETWEEN {low:Int64} AND {high:Int64}
  AND ({{of_traffic}}{{and_orders}})
