-- title: Persons and how well they are known
-- about: One row. A person is browsers and user ids joined. `several_devices` are persons with two browsers or more in the
--   period, `largest` the most of one; `joined_later` are events that a later log-in claimed.
SELECT
  count() AS persons, countIf(user_count > 0) AS known_persons,
  sum(event_count) AS events, sum(user_count) AS events_with_user, sum(later_count) AS joined_later,
  countIf(browser_count > 1) AS several_devices, max(browser_count) AS largest
FROM (
  SELECT
    person, uniqExactIf(visitor, visitor != 0) AS browser_count, count() AS event_count,
    countIf(user_id != '') AS user_count, countIf(later) AS later_count
  FROM (
    SELECT visitor, user_id, {{person}} AS person, {{joined_later}} AS later
    {{rows_of_persons}}
  )
  WHERE person != 0
  GROUP BY person
)
