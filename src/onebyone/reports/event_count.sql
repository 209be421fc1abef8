-- title: How often an event came
-- about: The events of one name in a stretch of time, as alarms ask for them.
SELECT count() AS seen
FROM events FINAL
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND name = {event:String}
  AND {{wanted}}
