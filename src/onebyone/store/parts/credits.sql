SELECT
  visitor, true AS found, 1 AS session_count, 0 AS order_count, 0 AS money,
  channel, source, medium, campaign, referrer_host, host, path, toUUID('00000000-0000-0000-0000-000000000000') AS order_key
FROM ({{sessions_since}})
WHERE started >= {from:DateTime64(3)}
UNION ALL
SELECT
  purchase.visitor, max(session.ms BETWEEN purchase.ms - 2592000000 AND purchase.ms AS timely) AS found, 0, 1,
  any(purchase.value),
  argMaxIf(session.channel, session.rank, timely), argMaxIf(session.source, session.rank, timely),
  argMaxIf(session.medium, session.rank, timely), argMaxIf(session.campaign, session.rank, timely),
  argMaxIf(session.referrer_host, session.rank, timely), argMaxIf(session.host, session.rank, timely),
  argMaxIf(session.path, session.rank, timely), purchase.id
FROM (
  SELECT *, toUInt64(toUnixTimestamp64Milli(started)) AS ms, ms + if(
    direct_last AND channel NOT IN ('Direct', ''), 10000000000000, 0) AS rank -- the largest has the credit
  FROM ({{sessions_since}})
) AS session
GLOBAL RIGHT JOIN (
  SELECT visitor, id, toUInt64(toUnixTimestamp64Milli(at)) AS ms, net AS value
  FROM ({{orders}})
  WHERE currency IN ('', {currency:String})
) AS purchase ON session.visitor = purchase.visitor
GROUP BY purchase.visitor, purchase.id
