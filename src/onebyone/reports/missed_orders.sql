-- title: Conversions behind Loss
-- about: Those that a number of What browsers missed counts: of the kind `event`, of the group `label` of `by`, '' of all, and
--   `seen` by whom: server-only, both, browser-only, server (with or without a browser), third-only, visible (all of
--   these), declined (of people who declined statistics, in none of these), or counted (declined or visible). The newest first, behind `after_ms` and `after_id`; each row has the
--   number of all of them, the net sum of those in the site's currency, and how many belong to people who declined,
--   whose browsers told no more than that: which ones is not known.
SELECT
  {{order_line}}, counted, net_sum, withheld
FROM (
  SELECT
    *, countIf(fits) OVER () AS counted, sumIf({{home_net}}, fits) OVER () AS net_sum,
    least(
      countIf(in_server AND NOT in_browser AND is_default) OVER (),
      ifNull((SELECT sum(taken) FROM ({{withheld_copies}}) WHERE label = {label:String}), 0)) AS withheld
  FROM (
    SELECT *, multiIf(
      {seen:String} = 'counted', declines OR in_browser OR in_server OR in_third,
      {seen:String} = 'declined' OR declines, {seen:String} = 'declined' AND declines,
      {seen:String} = 'visible', in_browser OR in_server OR in_third,
      {seen:String} = 'both', in_browser AND in_server, {seen:String} = 'server', in_server,
      {seen:String} = 'server-only', in_server AND NOT in_browser,
      {seen:String} = 'browser-only', in_browser AND NOT in_server,
      {seen:String} = 'third-only', in_third AND NOT in_server AND NOT in_browser, false) AS fits
    FROM ({{loss_records}})
    WHERE label = {label:String}))
WHERE fits AND (toUnixTimestamp64Milli(at) < {after_ms:Int64}
  OR (toUnixTimestamp64Milli(at) = {after_ms:Int64} AND toString(id) < {after_id:String}))
ORDER BY placed_at DESC, id DESC
LIMIT {limit:UInt32}
