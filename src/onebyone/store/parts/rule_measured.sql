[tuple(toUInt32(1), toUInt8(countIf(is_1) >= 1), toFloat64(countIf(is_1)), countIf(is_1), minIf(at, is_1), maxIf(at, is_1))]
