-- title: Recipients behind a number of E-mail
-- about: Those of one `message` whom a number of E-mails counts: `which` is one of its columns for opens and clicks, openers,
--   or unsubscribed. How many times each, when anything was first and last seen of them; '' is who may not be named. The last
--   seen first, behind `after_ms` and `after_id`; each row has the number of all of them and of their times.
SELECT recipient, times, began AS first_at, ended AS last_at, counted, times_sum
FROM (
  SELECT
    recipient, first_at AS began, last_at AS ended,
    multiIf(
      {which:String} = 'opens_by_people', human_opens, {which:String} = 'opens_by_machines', machine_opens,
      {which:String} = 'opens_unclear', unclear_opens, {which:String} = 'clicks_by_people', human_clicks,
      {which:String} = 'clicks_by_machines', machine_clicks, {which:String} = 'clicks_unclear', unclear_clicks,
      {which:String} = 'unsubscribed', leaves, {which:String} = 'openers' AND recipient != '', human_opens + human_clicks,
      0) AS times,
    count() OVER () AS counted, sum(times) OVER () AS times_sum
  FROM ({{mail_of_recipients}})
  WHERE message = {message:String} AND times > 0
)
WHERE toUnixTimestamp64Milli(ended) < {after_ms:Int64}
  OR (toUnixTimestamp64Milli(ended) = {after_ms:Int64} AND recipient < {after_id:String})
ORDER BY ended DESC, recipient DESC
LIMIT {limit:UInt32}
