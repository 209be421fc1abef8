-- visitors with the event that is left out, and when
SELECT visitor AS stopped, groupArraySorted(999)(toUInt64(toUnixTimestamp64Milli(at))) AS stops
FROM events FINAL
PREWHERE name = splitByChar(':', {without:String})[1] -- part of the id, so of the key: equal before FINAL and after
WHERE {without:String} != '' AND {{funnel_of}} AND {{of_traffic}}
  AND (position({without:String}, ':') = 0 OR path = substring({without:String}, position({without:String}, ':') + 1))
GROUP BY visitor
