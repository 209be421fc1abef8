-- title: Visitors behind a row of visits
-- about: The browsers, and how many sessions of each, that a row of Channels, Sources, Campaigns, Terms, Contents, Referrers or
--   Landing pages counts: `by` says which table and `is` what names its row. The last seen first, behind `after_ms` and `after_id`;
--   each row has the number of all of them and of their sessions.
WITH {from:DateTime64(3)} AS since, {{session_days}}
SELECT toString(browser_id) AS visitor, times, first_at, last_at, counted, times_sum
FROM (
  SELECT
    visitor AS browser_id, count() AS times, min(started) AS first_at, max(started) AS last_at,
    count() OVER () AS counted, sum(times) OVER () AS times_sum
  FROM ({{sessions_since}}) AS line
  WHERE started >= {from:DateTime64(3)}{{and_sessions}} AND {is:Array(String)} = {{row_of_visits}}
  GROUP BY visitor)
WHERE toUnixTimestamp64Milli(last_at) < {after_ms:Int64}
  OR (toUnixTimestamp64Milli(last_at) = {after_ms:Int64} AND toString(browser_id) < {after_id:String})
ORDER BY last_at DESC, visitor DESC
LIMIT {limit:UInt32}
