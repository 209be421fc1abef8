SELECT
  id, sent_id, at, name, visitor, host, path,
  properties['tracker_session'] AS tracker_session, properties['tracker_view'] AS view,
  properties['tracker_left_out'] AS left_out,
  view != '' AND name IN ('page_view', 'page_ping') AS is_view,
  if(name = 'page_ping', at - INTERVAL 5 SECOND, at) AS begun -- a tracker pings after five seconds
FROM events FINAL
PREWHERE via = 'import' -- of an id that came another way too, the imported one: no column of all others is read
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND mapContains(properties, 'tracker_session')
  AND {{wanted}}
