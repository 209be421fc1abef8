-- title: Visitors behind a row of events
-- about: The browsers, and how many events of each, that a row of Countries, Devices, Browsers or Pages counts: `by` says which
--   table and `is` what names its row. Of a page its views alone, of a `failing` page and of a `fault` (kind, description,
--   source, line) the errors alone. The last seen first, behind `after_ms` and `after_id`;
--   each row has the number of all of them and of their events.
SELECT toString(browser_id) AS visitor, times, first_at, last_at, counted, times_sum
FROM (
  SELECT
    visitor AS browser_id, count() AS times, min(at) AS first_at, max(at) AS last_at,
    count() OVER () AS counted, sum(times) OVER () AS times_sum
  FROM events FINAL
  WHERE site = {site:String} AND visitor != 0
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND ({by:String} != 'page' OR name = 'page_view') AND ({by:String} NOT IN ('failing', 'fault') OR name = 'exception')
    AND {by:String} IN ('page', 'failing', 'country', 'device', 'browser', 'fault')
    AND ({by:String} NOT IN ('page', 'failing') OR {is:Array(String)} = [toString(host), path])
    AND ({by:String} != 'country' OR {is:Array(String)} = [toString(country)])
    AND ({by:String} != 'device' OR {is:Array(String)} = [toString(device)])
    AND ({by:String} != 'browser' OR {is:Array(String)} = [toString(browser)])
    AND ({by:String} != 'fault' OR {is:Array(String)} = {{fault}}) -- `if` would read all that it names
    AND {{wanted}}
  GROUP BY visitor)
WHERE toUnixTimestamp64Milli(last_at) < {after_ms:Int64}
  OR (toUnixTimestamp64Milli(last_at) = {after_ms:Int64} AND toString(browser_id) < {after_id:String})
ORDER BY last_at DESC, visitor DESC
LIMIT {limit:UInt32}
