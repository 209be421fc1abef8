-- title: Conversions
-- about: Of each kind of conversion and currency, among the records that fit the filters: how many count, how many were
--   cancelled, their money before and after refunds at its latest value, and how many reports of them arrived.
SELECT
  name, currency, countIf(status = 'counted') AS counted, countIf(status = 'cancelled') AS cancelled,
  sumIf(gross, status = 'counted') AS gross_minor, sumIf(gross - net, status = 'counted') AS refunded_minor,
  sumIf(net, status = 'counted') AS net_minor, countIf(status = 'counted' AND refunded != 0) AS refunds,
  sum(copies) AS reports
FROM ({{records}})
GROUP BY name, currency
ORDER BY counted DESC, name, currency
