SELECT DISTINCT day FROM events WHERE toYYYYMM(day) = {month:UInt32}
