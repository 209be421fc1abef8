-- title: Events as they are stored
-- about: Every event of the time, in its order, with what consent let the platform keep of it. Without `personal` whatever
--   tells one person from another is empty: browsers, user ids, identifiers, click ids, queries and whole referrers.
SELECT
  at, received_at, name, via, toString(hit) AS hit, n, event_id, host, path, if({personal:UInt8} > 0, events.query, '') AS query,
  title, if({personal:UInt8} > 0, events.referrer, '') AS referrer, referrer_host, language,
  channel, source, medium, campaign, campaign_id, term, content, browser, os, device, country, region, actor, reasons,
  order_id, value, currency, items, coupon, tax, shipping, adjustment_id, properties, flags, permissions, consent_source,
  if({personal:UInt8} > 0, toString(events.visitor), '') AS visitor,
  if({personal:UInt8} > 0, events.user_id, '') AS user_id,
  mapFilter((key, text) -> {personal:UInt8} > 0, events.identifiers) AS identifiers,
  mapFilter((key, text) -> {personal:UInt8} > 0, events.click_ids) AS click_ids,
  mapFilter((key, text) -> {personal:UInt8} > 0, events.browser_ids) AS browser_ids
FROM events FINAL
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND events.at >= {from:DateTime64(3)} AND events.at < {to:DateTime64(3)}
  AND {{wanted}}
ORDER BY events.at, events.hit, n
