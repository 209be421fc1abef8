-- counted anew at midnight UTC: a day is made from its own events
arrayMap((begin, n, n0, x) -> begin OR (x.6 = 1 AND n > n0 AND (n - n0) % max_events = 0), rested,
  arrayCumSum(x -> x.6, seen) AS nth,
  arrayFill((n, x, begin, before) -> x.6 = 1 AND (begin OR intDiv(x.1, 86400000) != intDiv(before.1, 86400000)),
    nth, seen, rested, opened_before), seen)
