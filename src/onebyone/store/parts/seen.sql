arraySort(groupArray((
  toUnixTimestamp64Milli(at), seq, toString(channel), toString(source), toString(medium), toString(campaign),
  referrer_host, toString(host), path, multiIf(name = 'page_view', 1, name = 'purchase', 2, 0))))
