-- what counts of one kind in the period, as Loss sees it: who reported each, and whether its person declined
SELECT
  {{loss_group}} AS label,
  if(visitor = 0, toString(id), toString(visitor)) AS person,
  consent_source IN ('region_default', 'site_default') AS is_default,
  NOT bitTest(permissions, 3) AND NOT is_default AND consent_source != '' AS declines, -- Permission.ANALYTICS
  has(vias, 'import') AS in_third,
  in_browser, in_server, matched_by, gross, net, currency, id, hit, order_id, at, visitor, country, device
FROM conversions FINAL
WHERE site = {site:String} AND name = {event:String} AND status = 'counted'
  AND first_day >= toDate({from:DateTime64(3)}) - 31 -- the first copy seen is seldom the earliest
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND {{wanted}}
