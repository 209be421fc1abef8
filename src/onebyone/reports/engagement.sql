-- title: Time and scroll
-- about: Pages by how long they were looked at: seen, in front, and with somebody there. The tag sends the whole so far,
--   so of each view the largest report counts, a day at most. `measured` are the views that reported at all; `to_end`
--   are those that saw nine tenths of the page's height or more.
-- sorts: engaged_ms views measured median_ms median_scroll to_end path
-- sums: measured engaged_ms scroll_measured to_end
SELECT
  host, path, sum(view_count) AS views, countIf(reports != 0) AS measured, sum(engaged) AS engaged_ms,
  toUInt64(ifNotFinite(quantileExactInclusiveIf(0.5)(engaged, reports != 0), 0)) AS median_ms, countIf(scrolled > 0) AS scroll_measured,
  toUInt64(ifNotFinite(quantileExactInclusiveIf(0.5)(scrolled, scrolled > 0), 0)) AS median_scroll, countIf(scrolled >= 90) AS to_end{{in_all}}
FROM (
  SELECT host, path, count() AS view_count, toUInt64(0) AS reports, toUInt64(0) AS engaged, toUInt64(0) AS scrolled
  FROM events FINAL
  PREWHERE name = 'page_view' -- part of the id, so of the key: equal before FINAL and after
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
  GROUP BY host, path
  UNION ALL
  SELECT
    host, path, 0, countIf(name = 'user_engagement'),
    max(least(toUInt64OrZero(properties['engagement_time_msec']), 86400000)),
    max(least(toUInt64OrZero(properties['percent_scrolled']), 100))
  FROM events FINAL
  PREWHERE name IN ('user_engagement', 'scroll')
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
  GROUP BY host, path, if(life != 0, life, cityHash64(visitor))
)
GROUP BY host, path
ORDER BY {{sorted}}engaged_ms DESC, views DESC, host, path
LIMIT {limit:UInt32}{{skipped}}
