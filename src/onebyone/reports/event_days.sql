-- title: Events by day
-- about: How often each event came on each day of the site's zone, the most frequent names first. Days on which it did
--   not come are left out.
SELECT name, sum(seen) AS total, groupArray((toString(date), seen)) AS days
FROM (
  SELECT name, toDate(at, {zone:String}) AS date, count() AS seen
  FROM events FINAL
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
  GROUP BY name, date
  ORDER BY date
)
GROUP BY name
ORDER BY total DESC, name
LIMIT {limit:UInt32}
