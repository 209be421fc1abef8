-- title: Ledger by day
-- about: Sightings by the day of the site's zone on which they were received.
SELECT local_day AS day, sum(is_kept) AS kept, sum(is_dropped) AS dropped, sum(is_failed) AS failed
FROM (
  SELECT toDate(received_at, {zone:String}) AS local_day, count() AS is_kept, 0 AS is_dropped, 0 AS is_failed
  FROM events FINAL
  WHERE site = {site:String}
    AND received_at >= {from:DateTime64(3)} AND received_at < {to:DateTime64(3)}
  GROUP BY local_day
  UNION ALL
  SELECT toDate(received_at, {zone:String}) AS local_day, 0, countIf(fate = 'dropped'), countIf(fate = 'failed')
  FROM drops FINAL
  WHERE site = {site:String}
    AND received_at >= {from:DateTime64(3)} AND received_at < {to:DateTime64(3)}
  GROUP BY local_day
)
GROUP BY local_day
ORDER BY day
