[toUInt64(countIf(is_1) >= 1)]
