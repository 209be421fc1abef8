-- of a person's moments: the last step that it came to, and the moments of the run in which it did. What is left out ends
-- a run and a new one may begin; of several the first that went furthest
arraySplit(x -> NOT bitTest(x, 8), arraySort(went)) AS runs,
arrayMap(run -> arrayReduce(concat('windowFunnel(', toString({within_ms:UInt64}), ')'), arrayMap(x -> bitShiftRight(x, 9), run),
  arrayMap(x -> bitTest(x, 0) AND bitShiftRight(x, 9) < toUInt64(toUnixTimestamp64Milli({to:DateTime64(3)})), run),
  arrayMap(x -> bitTest(x, 1), run), arrayMap(x -> bitTest(x, 2), run), arrayMap(x -> bitTest(x, 3), run),
  arrayMap(x -> bitTest(x, 4), run), arrayMap(x -> bitTest(x, 5), run), arrayMap(x -> bitTest(x, 6), run),
  arrayMap(x -> bitTest(x, 7), run)), runs) AS levels,
arrayMax(levels) AS level, runs[indexOf(levels, level)] AS run
