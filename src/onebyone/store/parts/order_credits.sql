-- orders of the period, each with the session of its person that has its credit: the last timely one, or the last that was not direct
SELECT
  any(purchase.visitor) AS visitor, max(session.ms BETWEEN purchase.ms - 2592000000 AND purchase.ms AS timely) AS found,
  0 AS session_count, 1 AS order_count, any(purchase.value) AS money,
  argMaxIf(session.channel, session.rank, timely) AS channel, argMaxIf(session.source, session.rank, timely) AS source,
  argMaxIf(session.medium, session.rank, timely) AS medium, argMaxIf(session.campaign, session.rank, timely) AS campaign,
  argMaxIf(session.referrer_host, session.rank, timely) AS referrer_host,
  argMaxIf(session.host, session.rank, timely) AS host, argMaxIf(session.path, session.rank, timely) AS path,
  argMaxIf(session.term, session.rank, timely) AS term, argMaxIf(session.content, session.rank, timely) AS content,
  purchase.id AS order_key
FROM (
  SELECT *, toUInt64(toUnixTimestamp64Milli(started)) AS ms, ms + if(
    direct_last AND channel NOT IN ('Direct', ''), 10000000000000, 0) AS rank -- the largest has the credit
  FROM ({{sessions_of_buyers}})
) AS session
GLOBAL RIGHT JOIN (
  SELECT person, visitor, id, toUInt64(toUnixTimestamp64Milli(at)) AS ms, {{home_net}} AS value
  FROM ({{orders_of_persons}})
) AS purchase ON session.person = purchase.person
GROUP BY purchase.person, purchase.id
