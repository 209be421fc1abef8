multiIf(
  who.version = 0, if(visitor = 0, node, visitor),
  who.whose = 0, visitor,
  empty(who.starts), who.whose,
  who.persons[greatest(arrayLastIndex(ms -> ms <= toUnixTimestamp64Milli(at), who.starts), 1)])
