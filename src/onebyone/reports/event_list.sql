-- title: Events one by one
-- about: The events of one name, "" for every name, the newest first, behind `after_ms` and `after_id`: the time, and the hit
--   with its index, of the last one shown. Each row has the number of all of them. `of` asks for those
--   of one row: ['withheld'] and ['chosen'] of Consent, ['decided', who], ['fault', kind, description, source, line], [] for any.
SELECT * REPLACE (toString(hit) AS hit, toString(visitor) AS visitor)
FROM (
  SELECT
    at, name, via, host, path, order_id, value, currency, country, browser, os, device, actor, hit, n,
    visitor, (
      SELECT count()
      FROM events FINAL
      PREWHERE {event:String} IN ('', name) -- part of the id, so of the key: equal before FINAL and after
      WHERE site = {site:String}
        AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
        AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
        AND {{row_asked}} AND {{wanted}}) AS counted
  FROM events FINAL
  PREWHERE {event:String} IN ('', name)
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)} AND toUnixTimestamp64Milli(at) <= {after_ms:Int64}
    AND {{row_asked}} AND {{wanted}}
    AND (toUnixTimestamp64Milli(at) < {after_ms:Int64} OR concat(toString(events.hit), '.', toString(n)) < {after_id:String})
    AND at >= (
      SELECT min(newest.at)
      FROM (
        SELECT at
        FROM events FINAL
        PREWHERE {event:String} IN ('', name)
        WHERE site = {site:String}
          AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
          AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)} AND toUnixTimestamp64Milli(at) <= {after_ms:Int64}
          AND {{row_asked}} AND {{wanted}}
          AND (toUnixTimestamp64Milli(at) < {after_ms:Int64}
            OR concat(toString(events.hit), '.', toString(n)) < {after_id:String})
        ORDER BY at DESC
        LIMIT {limit:UInt32}
      ) AS newest) -- reads few columns of all rows before all columns of a few
  ORDER BY at DESC, concat(toString(hit), '.', toString(n)) DESC
  LIMIT {limit:UInt32}
)
ORDER BY at DESC, concat(hit, '.', toString(n)) DESC
