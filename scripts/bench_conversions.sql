-- Their records, as the pipeline writes them: one a purchase that a machine did not make.
INSERT INTO conversions
  (site, first_day, id, version, first_received_at, updated_at, status, vias, in_browser, in_server, copies, gross, net,
   at, hit, n, name, event_id, visitor, host, path, referrer_host, language, channel, source, medium, campaign, browser,
   browser_version, os, device, country, actor, reasons, order_id, value, currency)
SELECT
  site, day, id, 1, received_at, received_at, 'counted', [via], via = 'tag', via = 'server', 1, value, value,
  at, hit, n, name, event_id, visitor, host, path, referrer_host, language, channel, source, medium, campaign, browser,
  browser_version, os, device, country, actor, reasons, order_id, value, currency
FROM events FINAL
WHERE site = {site:String} AND name = 'purchase' AND toYYYYMM(day) = {month:UInt32}
  AND NOT startsWith(actor, 'machine_')
