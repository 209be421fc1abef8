-- title: What consent withheld
-- about: Page views of the period, how many of them may be tied to a visitor, and what was taken away or not kept.
--   `withheld_views` are counted without a visitor, `withheld_events` are other events that were not kept.
SELECT
  sum(view_count) AS views, sum(statistics_count) AS with_statistics, sum(ads_count) AS with_ads,
  sum(withheld_count) AS withheld_views, sum(own_count) AS own_records, sum(dropped_count) AS withheld_events,
  sum(unreadable_count) AS unreadable
FROM (
  SELECT
    countIf(name = 'page_view') AS view_count,
    countIf(name = 'page_view' AND bitTest(permissions, 3)) AS statistics_count, -- Permission.ANALYTICS
    countIf(name = 'page_view' AND bitTest(permissions, 5)) AS ads_count, -- Permission.ADS_SHARE
    countIf(name = 'page_view' AND withheld != '') AS withheld_count,
    countIf(withheld = 'own') AS own_count,
    0 AS dropped_count,
    countIf(arrayExists(flag -> startsWith(flag, 'consent_unreadable'), flags)) AS unreadable_count
  FROM (
    SELECT name, permissions, withheld, flags, {{wanted}} AS is_wanted
    FROM events FINAL
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
      AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  )
  WHERE is_wanted
  UNION ALL
  SELECT 0, 0, 0, 0, 0, count(), 0
  FROM drops FINAL
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND (reason = 'consent_withheld' OR reason = 'suppressed'){{and_drops}}
)
