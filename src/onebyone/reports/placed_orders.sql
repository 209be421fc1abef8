-- title: Orders behind a row of places
-- about: The orders that a row of Countries, Devices or Browsers, or a number of Who saw the orders (`seen`: both,
--   server-only, browser-only, neither) counts: `by` says which of these and `is` what names the row; `person` is of one,
--   whom a filter names, and asks for all. The newest first, behind `after_ms` and `after_id`; each row has the number of all of them and the net sum of those in the site's currency.
SELECT
  {{order_line}}, counted, net_sum
FROM (
  SELECT *, count() OVER () AS counted, sum({{home_net}}) OVER () AS net_sum
  FROM ({{orders}})
  WHERE {by:String} = 'person' OR {is:Array(String)} = [toString(multiIf(
    {by:String} = 'country', country, {by:String} = 'device', device, {by:String} = 'browser', browser,
    in_browser AND in_server, 'both', in_server, 'server-only', in_browser, 'browser-only', 'neither'))])
WHERE toUnixTimestamp64Milli(at) < {after_ms:Int64}
  OR (toUnixTimestamp64Milli(at) = {after_ms:Int64} AND toString(id) < {after_id:String})
ORDER BY placed_at DESC, id DESC
LIMIT {limit:UInt32}
