-- title: Conversions and what became of them
-- about: Of each kind of conversion and currency: how many count, how many were cancelled or are unconfirmed, and of those that count the
--   money before and after refunds, each at its latest value. By the day it happened, not by that of the change.
WITH {{standing}} AS standing
SELECT
  name, currency, countIf(standing = 'counted') AS counted, countIf(standing = 'cancelled') AS cancelled,
  countIf(standing = 'unconfirmed') AS unconfirmed,
  sumIf(gross, standing = 'counted') AS gross_minor, sumIf(refunded, standing = 'counted') AS refunded_minor,
  sumIf(net, standing = 'counted') AS net_minor
FROM conversions FINAL
WHERE site = {site:String} AND status IN ('counted', 'cancelled')
  AND first_day >= toDate({from:DateTime64(3)}) - 31 -- the first copy seen is seldom the earliest
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND ({{of_traffic}}{{and_orders}})
GROUP BY name, currency
ORDER BY counted DESC, name, currency
