SELECT
  purchase.person AS person, purchase.id, any(purchase.value) AS value,
  arraySort(groupArrayIf(
    (purchase.ms - session.ms, session.label, session.is_direct, session.ms),
    session.label != '' AND session.ms BETWEEN purchase.ms - window_ms AND purchase.ms)) AS late_first,
  arrayReverse(late_first) AS touches -- (age in ms, label, whether direct, ms), the oldest first
FROM (
  SELECT
    person, toUInt64(toUnixTimestamp64Milli(started)) AS ms, channel IN ('Direct', '') AS is_direct,
    {{touch_label}} AS label
  FROM ({{sessions_of_buyers}})
) AS session
GLOBAL RIGHT JOIN (
  SELECT person, id, toUInt64(toUnixTimestamp64Milli(at)) AS ms, {{home_net}} AS value
  FROM ({{orders_of_persons}})
) AS purchase ON session.person = purchase.person
GROUP BY purchase.person, purchase.id
