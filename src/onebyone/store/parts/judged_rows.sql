-- events of the period that `who` sent and that are of the row `of`, [] for any: what is not asked for is not read
site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}{{and_own}}
  AND if({who:String} = 'all', true,
    if({who:String} = 'automated', startsWith(actor, 'machine_') OR actor = 'invalid',
    if({who:String} IN ('suspect', 'invalid') OR startsWith({who:String}, 'human') OR startsWith({who:String}, 'machine_'),
      actor = {who:String}, {{verdict_kind}} = {who:String})))
  AND if(empty({of:Array(String)}), true,
    if({of:Array(String)}[1] = 'rule', has(reasons, {of:Array(String)}[2]),
    if({of:Array(String)}[1] = 'network', network = {of:Array(String)}[2],
    if({of:Array(String)}[1] = 'agent', agent = {of:Array(String)}[2],
    if({of:Array(String)}[1] = 'crawler', agent = {of:Array(String)}[2] AND has(reasons, {of:Array(String)}[3]),
      {of:Array(String)}[1] = 'reasons' AND reasons = arraySlice({of:Array(String)}, 2))))))
