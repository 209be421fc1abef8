-- title: Who saw the orders
-- about: Orders of the period by the ways in of all their copies.
--   `browser` is the tag and the image, `server` the site's own server, `other` neither.
SELECT
  countIf(in_browser AND in_server) AS both, countIf(in_browser AND NOT in_server) AS browser_only,
  countIf(in_server AND NOT in_browser) AS server_only, countIf(NOT in_browser AND NOT in_server) AS other
FROM ({{orders}})
