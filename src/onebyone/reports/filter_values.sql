-- title: Values of a field
-- about: What events, sessions, orders or deliveries of the period hold in a field of the filters, the most frequent first, of those that
--   contain `text`.
WITH {from:DateTime64(3)} AS since, {{session_days}}
SELECT value, count() AS found
FROM (
  SELECT multiIf(
    {field:String} IN ('page', 'saw'), path, {field:String} = 'host', toString(host),
    {field:String} IN ('event', 'did'), toString(name), {field:String} = 'device', toString(device),
    {field:String} = 'browser', toString(browser), {field:String} = 'os', toString(os),
    {field:String} = 'country', toString(country), {field:String} = 'region', toString(region),
    {field:String} = 'language', toString(language), '') AS value
  FROM events FINAL
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {field:String} IN ('page', 'saw', 'host', 'event', 'did', 'device', 'browser', 'os', 'country', 'region', 'language')
    AND {{of_traffic}}
  UNION ALL
  SELECT multiIf(
    {field:String} = 'channel', toString(channel), {field:String} = 'source', toString(source),
    {field:String} = 'medium', toString(medium), {field:String} = 'campaign', toString(campaign),
    {field:String} = 'term', term, {field:String} = 'content', content,
    {field:String} = 'referrer', toString(referrer_host), {field:String} = 'landing', path, '') AS value
  FROM ({{sessions_since}})
  WHERE {field:String} IN ('channel', 'source', 'medium', 'campaign', 'term', 'content', 'referrer', 'landing')
  UNION ALL
  SELECT arrayJoin(multiIf(
    {field:String} = 'order', [order_id], {field:String} = 'currency', [toString(currency)],
    {field:String} = 'matched', arrayMap(x -> toString(x), matched_by),
    {field:String} = 'flag', arrayConcat([toString({{standing}})], arrayMap(x -> splitByChar(':', toString(x))[1], flags)),
    arrayConcat([multiIf(in_browser AND in_server, 'both', in_server, 'server-only', in_browser, 'browser-only', 'neither')],
      arrayMap(x -> toString(x), vias)))) AS value
  FROM conversions FINAL
  WHERE site = {site:String} AND status IN ('counted', 'cancelled', 'unconfirmed')
    AND first_day >= toDate({from:DateTime64(3)}) - 31
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {field:String} IN ('order', 'currency', 'matched', 'flag', 'via') AND {{of_traffic}}
  UNION ALL
  SELECT toString(if({field:String} = 'destination', destination, state))
  FROM deliveries FINAL
  WHERE site = {site:String} AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND ({field:String} = 'delivery' OR ({field:String} = 'destination' AND state = 'accepted'))
)
WHERE value != '' AND positionCaseInsensitiveUTF8(value, {text:String}) > 0
GROUP BY value
ORDER BY found DESC, value
LIMIT {limit:UInt32}
