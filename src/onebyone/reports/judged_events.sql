-- title: Verdicts one by one
-- about: Events with what was said of their sender and why, the newest first, behind `after_ms` and `after_id`: the time, and
--   the hit with its index, of the last one shown. `who` is one of the kinds of Verdicts by day, an actor, automated for
--   machines and what is not valid, or all. `of` asks for those of one row: ['rule', rule], ['network', list],
--   ['agent', name], ['crawler', name, rule], ['reasons', and all of them], [] for any. Each row has the number of all of them.
WITH
  ( -- of all rows few columns, and then all columns of a few
    SELECT (count(), groupArraySortedIf({limit:UInt32})(-toUnixTimestamp64Milli(at), {{before_the_last}}))
    FROM events FINAL
    WHERE {{judged_rows}}
  ) AS found,
  if(empty(found.2), {to:DateTime64(3)}, fromUnixTimestamp64Milli(-found.2[-1], 'UTC')) AS oldest
SELECT * REPLACE (toString(hit) AS hit)
FROM (
  SELECT
    at, name, via, path, order_id, value, currency, country, os, actor, agent, confidence, reasons, network, hit, n,
    found.1 AS counted
  FROM events FINAL
  WHERE {{judged_rows}}
    AND day >= toDate(oldest) AND at >= oldest
    AND {{before_the_last}}
  ORDER BY at DESC, concat(toString(hit), '.', toString(n)) DESC
  LIMIT {limit:UInt32}
)
ORDER BY at DESC, concat(hit, '.', toString(n)) DESC
