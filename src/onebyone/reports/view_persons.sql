-- title: Whose each page view is
-- about: The person of each page view of the period, by the id that its sender gave it: to compare with a known truth.
SELECT sent_id, toString({{person}}) AS person
FROM events FINAL
{{by_whom}}
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND name = 'page_view' AND sent_id != ''
  AND {{wanted}}
ORDER BY sent_id
LIMIT {limit:UInt32}
