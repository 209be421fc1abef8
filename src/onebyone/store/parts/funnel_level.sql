windowFunnel({within_ms:UInt64})(ms, is1 AND at < {to:DateTime64(3)}, is2, is3, is4, is5, is6, is7, is8) AS level,
[groupArraySortedIf(99)(ms, is1), groupArraySortedIf(99)(ms, is2), groupArraySortedIf(99)(ms, is3),
 groupArraySortedIf(99)(ms, is4), groupArraySortedIf(99)(ms, is5), groupArraySortedIf(99)(ms, is6),
 groupArraySortedIf(99)(ms, is7), groupArraySortedIf(99)(ms, is8)] AS times
