-- what happened in the period, and whose it is, for `person`
FROM events FINAL
{{by_whom}}
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND {{wanted}}
