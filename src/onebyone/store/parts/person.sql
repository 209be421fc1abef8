multiIf(
  who.version = 0, node,
  who.whose = 0, visitor,
  empty(who.starts), who.whose,
  who.persons[greatest(arrayLastIndex(ms -> ms <= toUnixTimestamp64Milli(at), who.starts), 1)])
