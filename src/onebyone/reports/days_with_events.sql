-- title: Days with events
-- about: The days of the site's zone on which anything happened, machines included.
SELECT DISTINCT toDate(at, {zone:String}) AS with_events
FROM events FINAL
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
ORDER BY with_events
