-- title: Orders by e-mail
-- about: Orders of persons whom a link of an e-mail led to the site within 30 days before, on any of their browsers, by the
--   last such message. Money is what is left of them after refunds, in the site's currency.
SELECT v.message AS message, uniqExact(o.id) AS orders, sum(o.worth) AS revenue_minor
FROM (
  SELECT id, person, at, {{home_net}} AS worth
  FROM ({{orders_of_persons}})
  WHERE person != 0
) AS o
GLOBAL ASOF JOIN (
  SELECT {{person}} AS person, at, message
  FROM events FINAL
  {{by_whom}}
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) - 30 AND toDate({to:DateTime64(3)})
    AND name = 'page_view' AND message != '' AND visitor != 0
) AS v ON o.person = v.person AND o.at >= v.at
WHERE o.at - INTERVAL 30 DAY <= v.at
GROUP BY message
ORDER BY revenue_minor DESC, message
LIMIT {limit:UInt32}
