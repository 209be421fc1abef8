multiIf(
  {traffic:String} = 'people', actor IN ('human', 'human_proxied') OR (actor = 'suspect' AND NOT spoofed),
  {traffic:String} = 'machines', startsWith(actor, 'machine_') OR actor = 'invalid',
  {traffic:String} = 'unclear', actor = 'suspect',
  {traffic:String} = 'all')
