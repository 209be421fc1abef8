-- title: Touches of an order
-- about: The sessions of whoever has the order, back to twice `window_days` before it, the newest first: those within
--   `window_days` share its credit. `id` is its record, `event` what is counted as an order; from and to are the instant of
--   it and a millisecond later. An order without any session has one row, of no label. Money is in the site's currency.
-- counts: {event:String}
WITH
  {from:DateTime64(3)} - toIntervalDay(2 * {window_days:UInt16}) AS since,
  toUInt64({window_days:UInt16}) * 86400000 AS window_ms,
  {{session_days}}
SELECT
  session.started AS started_at, session.label AS label, session.is_direct AS is_direct, session.source AS source,
  session.medium AS medium, session.campaign AS campaign, session.label != '' AND purchase.visitor != session.visitor AS elsewhere,
  if(session.label = '', 0, purchase.ms - session.ms) AS age_ms, age_ms <= window_ms AS counts, purchase.value AS net_minor
FROM (
  SELECT
    person, visitor, started, toUInt64(toUnixTimestamp64Milli(started)) AS ms, channel IN ('Direct', '') AS is_direct,
    if(channel = '', 'Unassigned', toString(channel)) AS label, source, medium, campaign
  FROM ({{sessions_of_buyers}})
) AS session
GLOBAL RIGHT JOIN (
  SELECT person, visitor, toUInt64(toUnixTimestamp64Milli(at)) AS ms, {{home_net}} AS value
  FROM ({{orders_of_persons}})
  WHERE toString(id) = {id:String}
) AS purchase ON session.person = purchase.person
ORDER BY started_at DESC
LIMIT {limit:UInt32}
