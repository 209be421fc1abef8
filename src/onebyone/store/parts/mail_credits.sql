-- orders of persons, each with the last message that led them here within 30 days before
SELECT o.id AS id, o.worth AS worth, v.message AS message
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
