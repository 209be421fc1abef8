-- title: Events
-- about: What is stored, the newest first.
SELECT
  at, received_at, name, via, event_id, hit, n, visitor, host, path, channel, actor, order_id, value, currency, country,
  browser, os, device, reasons, flags
FROM events FINAL
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND at >= (
    SELECT min(newest.at)
    FROM (
      SELECT at
      FROM events FINAL
      WHERE site = {site:String}
        AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
        AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
      ORDER BY at DESC
      LIMIT {limit:UInt32}
    ) AS newest) -- reads one column of all rows before all columns of a few
ORDER BY at DESC, hit DESC, n DESC
LIMIT {limit:UInt32}
