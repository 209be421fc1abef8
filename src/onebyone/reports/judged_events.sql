-- title: Verdicts one by one
-- about: Events with what was said of their sender and why, the newest first, behind `after_ms` and `after_id`: the time, and
--   the hit with its index, of the last one shown. `who` is one of the kinds of Verdicts by day, an actor, automated for
--   machines and what is not valid, or all. `of` asks for those of one row: ['rule', rule], ['network', list],
--   ['agent', name], ['crawler', name, rule], ['reasons', and all of them], [] for any. Each row has the number of all of them.
SELECT * REPLACE (toString(hit) AS hit)
FROM (
  SELECT
    at, name, via, path, order_id, value, currency, country, os, actor, agent, confidence, reasons, network, hit, n,
    (SELECT count() FROM events FINAL WHERE {{judged_rows}}) AS counted
  FROM events FINAL
  WHERE {{judged_rows}}
    AND toUnixTimestamp64Milli(at) <= {after_ms:Int64}
    AND (toUnixTimestamp64Milli(at) < {after_ms:Int64} OR concat(toString(events.hit), '.', toString(n)) < {after_id:String})
    AND at >= (
      SELECT min(newest.at)
      FROM (
        SELECT at
        FROM events FINAL
        WHERE {{judged_rows}}
          AND toUnixTimestamp64Milli(at) <= {after_ms:Int64}
          AND (toUnixTimestamp64Milli(at) < {after_ms:Int64}
            OR concat(toString(events.hit), '.', toString(n)) < {after_id:String})
        ORDER BY at DESC
        LIMIT {limit:UInt32}
      ) AS newest) -- reads few columns of all rows before all columns of a few
  ORDER BY at DESC, concat(toString(hit), '.', toString(n)) DESC
  LIMIT {limit:UInt32}
)
ORDER BY at DESC, concat(hit, '.', toString(n)) DESC
