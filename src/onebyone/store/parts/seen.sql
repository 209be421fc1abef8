arraySort(groupArray((
  toUnixTimestamp64Milli(at), toUnixTimestamp64Milli(received_at), seq, id,
  multiIf(name = 'page_view', 1, has(conversion_names, name), 2, 0), toInt64(via != 'server'),
  if(at_midnight, toUInt32(toDate(at, midnight_zone)), 0),
  toString(channel), toString(source), toString(medium), toString(campaign), referrer_host, toString(host), path,
  term, content)))
