-- title: What was not counted
-- about: Sightings received in the period that became no event, by reason.
SELECT reason, step, fate, count() AS sightings, max(received_at) AS last_at
FROM drops FINAL
WHERE site = {site:String}
  AND received_at >= {from:DateTime64(3)} AND received_at < {to:DateTime64(3)}
GROUP BY reason, step, fate
ORDER BY sightings DESC, reason, step, fate
