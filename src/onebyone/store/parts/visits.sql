arraySplit((x, gap) -> gap > 1800000, seen, arrayDifference(seen.1))
