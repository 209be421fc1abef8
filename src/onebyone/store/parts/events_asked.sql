-- those of `event`, "" for any, of the row that `of` names
FROM events FINAL
PREWHERE {event:String} IN ('', name) -- part of the id, so of the key: equal before FINAL and after
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND {{row_asked}} AND {{wanted}}
