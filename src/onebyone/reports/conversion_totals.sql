-- title: Conversions and what became of them
-- about: Of each kind of conversion and currency: how many count, how many were cancelled, and of those that count the
--   money before and after refunds, each at its latest value. By the day it happened, not by that of the change.
SELECT
  name, currency, countIf(status = 'counted') AS counted, countIf(status = 'cancelled') AS cancelled,
  sumIf(gross, status = 'counted') AS gross_minor, sumIf(refunded, status = 'counted') AS refunded_minor,
  sumIf(net, status = 'counted') AS net_minor
FROM conversions FINAL
WHERE site = {site:String} AND status IN ('counted', 'cancelled')
  AND first_day >= toDate({from:DateTime64(3)}) - 31 -- the first copy seen is seldom the earliest
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND {{wanted}}
GROUP BY name, currency
ORDER BY counted DESC, name, currency
