-- title: The last half hour
-- about: Sightings a minute before `to`, people's and machines', and the orders kept.
SELECT minute, sum(person) AS people, sum(1 - person) AS machines, sum(is_order) AS orders
FROM (
  SELECT
    toStartOfMinute(received_at) AS minute,
    actor IN ('human', 'human_proxied') OR (actor = 'suspect' AND NOT spoofed) AS person,
    name = 'purchase' AND person AS is_order
  FROM events FINAL
  WHERE site = {site:String}
    AND received_at >= {to:DateTime64(3)} - INTERVAL 30 MINUTE AND received_at < {to:DateTime64(3)}{{and_own}}
  UNION ALL
  SELECT toStartOfMinute(received_at), actor IN ('human', 'human_proxied', 'suspect'), 0
  FROM drops FINAL
  WHERE site = {site:String}
    AND received_at >= {to:DateTime64(3)} - INTERVAL 30 MINUTE AND received_at < {to:DateTime64(3)}{{and_drops}}
)
GROUP BY minute
ORDER BY minute
