-- title: Views of pages by day
-- about: The views of some pages on each day of the site's zone; days without any are left out. `rows` are host and path
--   of one page after the other; `named` are those of a page.
SELECT [host, path] AS named, toDate(at, {zone:String}) AS day, count() AS counted
FROM events FINAL
PREWHERE name = 'page_view'
WHERE site = {site:String}
  AND events.day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND {{is_of_rows}} AND {{wanted}}
GROUP BY named, day
ORDER BY day, named
