-- title: Events one by one
-- about: The events of one name, "" for every name, the newest first, behind `after_ms` and `after_id`: the time, and the hit
--   with its index, of the last one shown. Each row has the number of all of them. `of` asks for those
--   of one row: ['withheld'] and ['chosen'] of Consent, ['decided', who], ['fault', kind, description, source, line], [] for any.
SELECT * REPLACE (toString(hit) AS hit, toString(visitor) AS visitor)
FROM (
  WITH
    ( -- of all rows few columns, and then all columns of a few
      SELECT (count(), groupArraySortedIf({limit:UInt32})(-toUnixTimestamp64Milli(at), {{before_the_last}}))
      {{events_asked}}
    ) AS found,
    if(empty(found.2), {to:DateTime64(3)}, fromUnixTimestamp64Milli(-found.2[-1], 'UTC')) AS oldest
  SELECT
    at, name, via, host, path, order_id, value, currency, country, browser, os, device, actor, hit, n, visitor,
    found.1 AS counted
  {{events_asked}} AND day >= toDate(oldest) AND at >= oldest AND {{before_the_last}}
  ORDER BY at DESC, concat(toString(hit), '.', toString(n)) DESC
  LIMIT {limit:UInt32}
)
ORDER BY at DESC, concat(hit, '.', toString(n)) DESC
