-- An event is one number of 64 bits, so that a person's are light and sort by themselves: its moment (milliseconds since
-- `from`, then `seq`), two bits of what it is, and its value's place among all values in order, 0 for none.
(
  SELECT arraySort(groupArray(text))
  FROM (
    SELECT DISTINCT toString({{property}}) AS text
    FROM events FINAL
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)})
        AND toDate({to:DateTime64(3)}) + toUInt16(intDiv({within_ms:UInt64}, 86400000) + 1)
      AND text != ''
  )
) AS texts,
toUInt8(floor(log2(length(texts) + 1)) + 1) AS value_bits,
value_bits + 2 AS low_bits,
toUnixTimestamp64Milli({from:DateTime64(3)}) AS from_ms,
toUInt8(floor(log2(toUnixTimestamp64Milli({to:DateTime64(3)}) - from_ms + {within_ms:UInt64} + 2)) + 1) AS time_bits,
19 AS seq_bits,
toUInt8(greatest(0, time_bits + seq_bits + low_bits - 64)) AS lost_bits, -- of seq, its highest; with ten years also of the time
bitShiftLeft(toUInt64(1), value_bits) AS goal_alone, -- no step: what is no start as well
2 * goal_alone AS no_goal,
18446744073709551615 AS never
