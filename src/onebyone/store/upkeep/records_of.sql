-- Conversions of those in `erasing`, with their order ids.
SELECT DISTINCT toString(id) AS record, order_id FROM conversions
WHERE site = {site:String} AND (
  visitor GLOBAL IN (SELECT toUInt64(text) FROM erasing WHERE site = {site:String} AND kind = 'visitor')
  OR user_id GLOBAL IN (SELECT text FROM erasing WHERE site = {site:String} AND kind = 'user')
  OR order_id GLOBAL IN (SELECT text FROM erasing WHERE site = {site:String} AND kind = 'order')
  OR concat(toString(hit), '/', toString(n)) GLOBAL IN (SELECT text FROM erasing WHERE site = {site:String} AND kind = 'sighting')
  OR toString(id) GLOBAL IN (
    SELECT conversion FROM events WHERE site = {site:String} AND conversion != ''
    AND concat(toString(hit), '/', toString(n)) GLOBAL IN (SELECT text FROM erasing WHERE site = {site:String} AND kind = 'sighting')))
