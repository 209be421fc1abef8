-- title: Channels
-- about: Orders go to the visitor's last session within 30 days that was not direct, else to a direct one.
--   An order without a visitor, or without a session in that time, is 'Unattributed'.
--   Orders are those in the site's currency.
SELECT
  multiIf(line.1.1 = 0, 'Unattributed', line.1.3 = '', 'Unassigned', line.1.3) AS channel,
  uniqExactIf(visitor, line.2 = 1) AS visitors, sum(line.2) AS sessions,
  sum(line.3) AS orders, sum(line.4) AS revenue_minor
FROM (
  SELECT visitor, arrayJoin(arrayConcat(
    arrayMap(
      touch -> (touch, 1, 0, 0),
      arrayFilter(touch -> touch.1 >= toUnixTimestamp64Milli({from:DateTime64(3)}), touches)),
    arrayMap(
      purchase -> (
        arraySort(
          touch -> (touch.3 NOT IN ('Direct', ''), touch.1),
          arrayFilter(touch -> touch.1 BETWEEN purchase.1 - 2592000000 AND purchase.1, touches))[-1],
        0, 1, purchase.2),
      purchases))) AS line
  FROM (
    SELECT
      visitor, purchases,
      arrayFilter(
        (touch, gap, nth) -> nth = 1 OR gap > 1800000, seen, arrayDifference(seen.1), arrayEnumerate(seen)) AS touches
    FROM (
      SELECT
        visitor,
        arraySort(groupArrayIf(
          (toUnixTimestamp64Milli(at), seq, toString(channel)),
          visitor != 0 AND via != 'server')) AS seen,
        groupArrayIf(
          (toUnixTimestamp64Milli(at), value),
          name = 'purchase' AND at >= {from:DateTime64(3)} AND currency IN ('', {currency:String})) AS purchases
      FROM events FINAL
      WHERE site = {site:String}
        AND day BETWEEN toDate({from:DateTime64(3)}) - 31 AND toDate({to:DateTime64(3)})
        AND at >= {from:DateTime64(3)} - INTERVAL 43230 MINUTE AND at < {to:DateTime64(3)} -- 30 days, 30 minutes
        AND (visitor != 0 OR name = 'purchase')
        AND (at >= {from:DateTime64(3)} - INTERVAL 30 MINUTE OR visitor GLOBAL IN (
          SELECT visitor
          FROM events FINAL
          PREWHERE name = 'purchase' -- part of the id, so of the key: equal before FINAL and after
          WHERE site = {site:String}
            AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
            AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
            AND visitor != 0))
        AND multiIf(
          {traffic:String} = 'people',
          actor IN ('human', 'human_proxied') OR (actor = 'suspect' AND NOT has(reasons, 'spoof')),
          {traffic:String} = 'machines', startsWith(actor, 'machine_') OR actor = 'invalid',
          {traffic:String} = 'unclear', actor = 'suspect',
          {traffic:String} = 'all')
      GROUP BY visitor
    )
  )
)
GROUP BY channel
ORDER BY channel = 'Unattributed', visitors DESC, orders DESC, channel
