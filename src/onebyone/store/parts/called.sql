arrayMap((begin, call, last, x) -> begin OR (call != '' AND (
    call != last.1 OR intDiv(x.1, 86400000) > intDiv(last.2, 86400000) + 1)),
  rested_or_full,
  arrayMap(x -> if(x.6 = 1 AND (x.11 NOT IN ('', '(not set)', '(ai-assistant)')
      OR x.10 NOT IN ('', '(none)', 'organic', 'referral', 'email', 'ai-assistant')),
    concat(x.9, '\n', x.10, '\n', x.11), ''), seen) AS calls,
  arrayPushFront(arrayPopBack(arrayFill(x -> x.1 != '' OR x.3, arrayMap(
    (call, x, begin) -> (call, x.1, begin), calls, seen, rested))), ('', toInt64(0), false)),
  seen)
