-- title: Conversions
-- about: Of each kind of conversion and currency, among the records that fit the filters: how many count, how many were
--   cancelled, how many are `unconfirmed` (a day old, and the server that tells every order has not told them), their money before and after refunds at its latest value, and how many reports of them arrived. Net is
--   not below 0: `over_minor` is what was refunded beyond an order's worth.
SELECT
  name, currency, countIf(status = 'counted') AS counted, countIf(status = 'cancelled') AS cancelled,
  countIf(status = 'unconfirmed') AS unconfirmed, sumIf(net, status = 'unconfirmed') AS unconfirmed_minor,
  sumIf(gross, status = 'counted') AS gross_minor, sumIf(refunded, status = 'counted') AS refunded_minor,
  sumIf(net, status = 'counted') AS net_minor, countIf(status = 'counted' AND refunded != 0) AS refunds,
  sumIf(refunded + net - gross, status = 'counted') AS over_minor, sum(copies) AS reports
FROM ({{records}})
GROUP BY name, currency
ORDER BY counted DESC, name, currency
