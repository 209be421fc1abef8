-- from a visitor's first step in the period to the last moment in which one that was done then may lead on;
-- `fits` is `wanted`, found before
day BETWEEN toDate({from:DateTime64(3)})
  AND toDate({to:DateTime64(3)}) + toUInt16(intDiv({within_ms:UInt64}, 86400000) + 1)
AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)} + toIntervalMillisecond({within_ms:UInt64})
AND ((has(names, name) AND fits) OR {{funnel_stop}})
