-- title: Page views against the server log
-- about: By day and host of imported access logs: pages `delivered` to people, those of them `styled`, whose reader also
--   fetched a style sheet that day, and `views` of the tag and the image between that day's first and last line. Views
--   that need no delivery (within an application, from the back-forward cache) are left out.
SELECT
  log.local_day AS local_day, log.host AS host, any(log.delivered_count) AS delivered, any(log.styled_count) AS styled,
  countIf(seen.at BETWEEN log.first_at AND log.last_at + INTERVAL 1 SECOND) AS views
FROM (
  SELECT toDate(events.at, {zone:String}) AS local_day, host, events.at AS at
  FROM events FINAL
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND day GLOBAL IN ( -- of the log's days alone
      SELECT day
      FROM events FINAL
      WHERE site = {site:String} AND name = 'page_view' AND via = 'import'
        AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)}))
    AND name = 'page_view' AND via IN ('tag', 'image') AND nav NOT IN ('spa', 'bfcache')
    AND {{wanted}}
) AS seen
GLOBAL RIGHT JOIN (
  SELECT
    toDate(events.at, {zone:String}) AS local_day, host, count() AS delivered_count,
    countIf(has(flags, 'style_sheet')) AS styled_count, min(events.at) AS first_at, max(events.at) AS last_at
  FROM events FINAL
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND name = 'page_view' AND via = 'import' AND NOT mapContains(properties, 'tracker_session')
    AND {{wanted}}
  GROUP BY local_day, host
) AS log ON seen.local_day = log.local_day AND seen.host = log.host
GROUP BY local_day, host
ORDER BY local_day, host
