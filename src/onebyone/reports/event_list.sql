-- title: Events one by one
-- about: The events of one name, "" for every name, the newest first, behind `after_ms` and `after_id`: the time, and the hit
--   with its index, of the last one shown. Each row has the number of all of them. `of` asks for those
--   of one row: ['withheld'] and ['chosen'] of Consent, ['decided', who], ['fault', kind, description, source, line], [] for any.
SELECT * REPLACE (toString(hit) AS hit, toString(visitor) AS visitor)
FROM (
  WITH
    (SELECT count() {{events_asked}}) AS counted,
    ( -- reads few columns of all days before all columns of a few
      SELECT minOrNull(at)
      FROM (SELECT at {{events_asked}} AND {{behind_event}} ORDER BY at DESC LIMIT {limit:UInt32})
    ) AS since
  SELECT
    at, name, via, host, path, order_id, value, currency, country, browser, os, device, actor, hit, n, visitor, counted
  {{events_asked}} AND {{behind_event}} AND day >= toDate(since) AND at >= since
  ORDER BY at DESC, concat(toString(hit), '.', toString(n)) DESC
  LIMIT {limit:UInt32}
)
ORDER BY at DESC, concat(hit, '.', toString(n)) DESC
