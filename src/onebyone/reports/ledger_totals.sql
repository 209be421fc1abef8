-- title: Ledger of all time
-- about: Every sighting in the store by its fate.
SELECT sum(is_kept) AS kept, sum(is_dropped) AS dropped, sum(is_failed) AS failed
FROM (
  SELECT count() AS is_kept, 0 AS is_dropped, 0 AS is_failed
  FROM events FINAL
  WHERE site = {site:String}
  UNION ALL
  SELECT 0, countIf(fate = 'dropped'), countIf(fate = 'failed')
  FROM drops FINAL
  WHERE site = {site:String}
)
