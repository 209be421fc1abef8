-- title: What platforms could match by
-- about: How many of the accepted conversions of the period carried each identifier, by the platform's own names.
SELECT destination, key, count() AS deliveries, any(accepted) AS of
FROM (
  SELECT destination, arrayJoin(keys) AS key
  FROM deliveries FINAL
  WHERE site = {site:String} AND part = '' AND state = 'accepted'
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
) AS carried
GLOBAL INNER JOIN (
  SELECT destination, count() AS accepted
  FROM deliveries FINAL
  WHERE site = {site:String} AND part = '' AND state = 'accepted'
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  GROUP BY destination
) AS total USING (destination)
GROUP BY destination, key
ORDER BY destination, deliveries DESC, key
