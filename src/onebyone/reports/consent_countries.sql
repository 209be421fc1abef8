-- title: Consent by country
-- about: Page views of each country: with statistics allowed, with ads allowed, and counted without a visitor.
SELECT
  country,
  count() AS views,
  countIf(bitTest(permissions, 3)) AS with_statistics, -- Permission.ANALYTICS
  countIf(bitTest(permissions, 5)) AS with_ads, -- Permission.ADS_SHARE
  countIf(withheld != '') AS withheld_views,
  countIf(consent_source NOT IN ('', 'region_default', 'site_default')) AS chosen
FROM events FINAL
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND name = 'page_view'
  AND {{wanted}}
GROUP BY country
ORDER BY views DESC, country
LIMIT {limit:UInt32}
