-- title: Who decided about consent
-- about: Page views by what decided about statistics: a person, a consent platform, a string, a signal or a default.
SELECT
  consent_source, count() AS views,
  countIf(bitTest(permissions, 3)) AS with_statistics -- Permission.ANALYTICS
FROM events FINAL
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND name = 'page_view'
  AND {{wanted}}
GROUP BY consent_source
ORDER BY views DESC, consent_source
