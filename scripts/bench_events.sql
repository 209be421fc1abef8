-- Events as a shop has them, made from the numbers of their sessions: of a visitor, on a day, one to nine events.
-- A session's day and visitor follow from its number, so the same numbers again are duplicates.
INSERT INTO events
  (site, day, at, received_at, id, hit, n, name, via, sent_id, event_id, event_id_given, nav, seq, visitor, host, path,
   query, title, referrer, referrer_host, language, channel, source, medium, campaign, browser, browser_version, os,
   device, country, actor, agent, confidence, reasons, ruleset, order_id, value, currency, items, properties)
WITH
  sipHash64(session) AS dice,
  i = 0 AS landing,
  seen_by = 'server' AS by_server,
  ['Direct', 'Organic Search', 'Paid Search', 'Email', 'Paid Social', 'Organic Social', 'Referral', 'Direct'] AS channels,
  ['(direct)', 'google', 'google', 'newsletter', 'facebook', 'instagram', 'blog.example', '(direct)'] AS sources,
  ['(none)', 'organic', 'cpc', 'email', 'cpc', 'social', 'referral', '(none)'] AS mediums,
  ['', 'www.google.com', 'www.google.com', '', 'l.facebook.com', 'l.instagram.com', 'blog.example', ''] AS hosts,
  if(landing, 1 + bitShiftRight(dice, 8) % 8, 1) AS way,
  toUInt32(pow(sipHash64(session, i, 1) / 18446744073709551616., 3) * 5000) AS page,
  if(name = 'purchase', if(by_server, '/api', '/thanks'), concat('/products/some-category/product-', toString(page))) AS p
SELECT
  {site:String}, toDate(moment), moment, moment + INTERVAL dice % 900 MILLISECOND,
  reinterpretAsUUID(sipHash128(session, i)), reinterpretAsUUID(sipHash128(session, i, 'hit')), 0,
  name, seen_by, concat('e', hex(sipHash64(session, i, 2))), concat('e', hex(sipHash64(session, i, 2))),
  false, 'navigate', i,
  if(dice % 50 = 7, 0, sipHash64('visitor', visitor_number)), 'shop.example', p,
  if(landing, 'ref=home', ''), concat('Product ', toString(page), ' in our shop'),
  concat(hosts[way], '/'), hosts[way], 'en', channels[way], sources[way], mediums[way],
  if(way IN (3, 4, 5), concat('campaign-', toString(dice % 60)), ''),
  ['Chrome', 'Safari', 'Firefox', 'Edge'][1 + visitor_number % 4], 140,
  ['Windows', 'iOS', 'Android', 'macOS'][1 + visitor_number % 4],
  ['desktop', 'phone', 'phone', 'desktop'][1 + visitor_number % 4],
  ['DE', 'AT', 'CH', 'FR', 'US', 'GB', 'NL', 'IT', 'ES', 'PL'][1 + visitor_number % 10],
  multiIf(visitor_number % 100 < 93, 'human', visitor_number % 100 < 97, 'machine_declared', 'suspect'),
  if(visitor_number % 100 BETWEEN 93 AND 96, 'Somebot', ''), 90,
  multiIf(visitor_number % 100 < 97, [], visitor_number % 100 = 99, ['headless', 'spoof'], ['headless']), '2026.11',
  if(name = 'purchase', concat('order-', toString(session), '-', toString(i)), ''),
  if(name = 'purchase', toInt64(500 + sipHash64(session, i, 3) % 20000), 0), if(name = 'purchase', 'EUR', ''),
  if(name = 'purchase', '[{"item_id":"sku-1","quantity":1,"price":19.9}]', ''),
  map('theme', 'dark', 'scroll', toString(dice % 100))
FROM (
  SELECT
    number AS session, sipHash64(number, 4) % {visitors:UInt64} AS visitor_number, i,
    toDateTime64({first:Date}, 3, 'UTC') + INTERVAL toUInt32(number * {days:UInt32} / {sessions:UInt64}) DAY
      + INTERVAL sipHash64(number, 5) % 86400000 MILLISECOND
      + INTERVAL i * 4000 + sipHash64(number, i, 6) % 4000 + if(i >= 4, 60000 * i, 0) MILLISECOND AS moment,
    multiIf(
      sipHash64(number, i, 7) % 1000 < 44, 'purchase', i > 0 AND sipHash64(number, i, 7) % 10 < 3, 'view_item',
      'page_view') AS name,
    if(name = 'purchase' AND sipHash64(number, 8) % 4 = 0, 'server', 'tag') AS seen_by
  FROM numbers({from_session:UInt64}, {count:UInt64})
  ARRAY JOIN range(1 + sipHash64(number, 9) % 4 + if(sipHash64(number, 10) % 3 = 0, 5, 0)) AS i
  WHERE number % {every:UInt64} = 0
)
