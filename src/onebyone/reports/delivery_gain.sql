-- title: What platforms got beyond their pixels
-- about: Accepted conversions of the period, and how many of them no browser reported: a pixel, which runs in one, could
--   not have told those.
SELECT told.destination AS destination, count() AS accepted, countIf(NOT record.in_browser) AS server_alone
FROM (
  SELECT destination, conversion
  FROM deliveries FINAL
  WHERE site = {site:String} AND part = '' AND state = 'accepted'
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
) AS told
GLOBAL INNER JOIN (
  SELECT id, in_browser
  FROM conversions FINAL
  WHERE site = {site:String} AND first_day >= toDate({from:DateTime64(3)}) - 31 -- the first copy seen is seldom the earliest
) AS record ON told.conversion = record.id
GROUP BY destination
ORDER BY destination
