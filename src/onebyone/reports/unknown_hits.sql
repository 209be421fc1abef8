-- title: Hits of no known site
-- about: What arrived without naming a site that exists (`site` is ''), by reason, host and path.
SELECT reason, via, host, path, count() AS sightings, max(received_at) AS last_at
FROM drops FINAL
WHERE site = {site:String}
  AND received_at >= {from:DateTime64(3)} AND received_at < {to:DateTime64(3)}
GROUP BY reason, via, host, path
ORDER BY sightings DESC, reason, via, host, path
LIMIT {limit:UInt32}
