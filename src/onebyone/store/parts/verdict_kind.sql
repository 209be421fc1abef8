-- who sent it, as Traffic quality tells them apart
multiIf(
  actor IN ('human', 'human_proxied'), 'people', actor = 'suspect', if(spoofed, 'spoofed_names', 'unclear'),
  actor = 'machine_declared', 'machines', actor = 'machine_scanner', 'scanners', actor = 'machine_prefetch', 'prefetches',
  'invalid')
