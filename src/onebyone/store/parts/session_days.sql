{{session_rule}},
toDate(since) AS first_day,
arrayMap(n -> first_day + n, range(toUInt32(toDate({to:DateTime64(3)}) - first_day + 1))) AS asked_days,
(SELECT groupArray(day) FROM session_days FINAL WHERE stored) AS all_stored_days,
arrayIntersect(asked_days, all_stored_days) AS stored_days,
arrayFilter(d -> NOT has(stored_days, d), asked_days) AS other_days,
(SELECT arraySort(groupUniqArray(day)) FROM events
 WHERE site = {site:String} AND day GLOBAL IN (SELECT arrayJoin(other_days))) AS open_days, -- on which something happened
arrayDistinct(arrayFlatten(arrayMap(d -> [d - 1, d, d + 1], open_days))) AS days_to_read
