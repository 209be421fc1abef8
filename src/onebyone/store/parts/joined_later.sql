who.retro[arrayLastIndex(ms -> ms <= toUnixTimestamp64Milli(at), who.starts)] = 1
