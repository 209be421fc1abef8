-- title: Orders behind a row of visits
-- about: The orders that a row of Channels, Sources, Campaigns, Terms, Contents, Referrers or Landing pages counts: `by`
--   says which table and `is` what names its row. The newest first, behind `after_ms` and `after_id`; each row has the
--   number of all of them and the net sum of those in the site's currency.
WITH
  {from:DateTime64(3)} - INTERVAL 30 DAY AS since, {by:String} != 'landing' AS direct_last, {{session_days}}
SELECT
  {{order_line}}, counted, net_sum
FROM (
  SELECT *, count() OVER () AS counted, sum({{home_net}}) OVER () AS net_sum
  FROM ({{orders}}) AS placed
  WHERE id GLOBAL IN (
    SELECT order_key
    FROM ({{order_credits}}) AS line
    WHERE order_count > 0{{and_sessions}}
      -- an `if` on a parameter is decided first: the texts of the other tables are not read
      AND {is:Array(String)} =
      if({by:String} = 'channel', [multiIf(NOT found, 'Unattributed', line.channel = '', 'Unassigned', line.channel)],
      if({by:String} = 'source', [if(found, line.source, '(unattributed)'), line.medium],
      if({by:String} = 'campaign', [line.campaign, line.source, line.medium],
      if({by:String} = 'term', [line.term, line.campaign],
      if({by:String} = 'content', [line.content, line.campaign],
      if({by:String} = 'referrer', [line.referrer_host],
      if({by:String} = 'landing' AND found, [line.host, line.path], [])))))))))
WHERE toUnixTimestamp64Milli(at) < {after_ms:Int64}
  OR (toUnixTimestamp64Milli(at) = {after_ms:Int64} AND toString(id) < {after_id:String})
ORDER BY placed_at DESC, id DESC
LIMIT {limit:UInt32}
