-- title: Fates of the last half hour
-- about: Sightings received in the 30 minutes before `to` by their fate.
SELECT sum(is_kept) AS kept, sum(is_dropped) AS dropped, sum(is_failed) AS failed
FROM (
  SELECT count() AS is_kept, 0 AS is_dropped, 0 AS is_failed
  FROM events FINAL
  WHERE site = {site:String}
    AND received_at >= {to:DateTime64(3)} - INTERVAL 30 MINUTE AND received_at < {to:DateTime64(3)}{{and_own}}
  UNION ALL
  SELECT 0, countIf(fate = 'dropped'), countIf(fate = 'failed')
  FROM drops FINAL
  WHERE site = {site:String}
    AND received_at >= {to:DateTime64(3)} - INTERVAL 30 MINUTE AND received_at < {to:DateTime64(3)}{{and_drops}}
)
