-- events of the period that `who` sent and that are of the row `of`, [] for any: what is not asked for is not read
site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}{{and_own}}
  AND ({who:String} != 'automated' OR startsWith(actor, 'machine_') OR actor = 'invalid')
  AND ({who:String} IN ('all', 'automated') OR {who:String} IN (actor, {{verdict_kind}})) -- no kind is called as an actor of another
  AND {of:Array(String)}[1] IN ('', 'rule', 'network', 'agent', 'crawler', 'reasons')
  AND ({of:Array(String)}[1] != 'rule' OR has(reasons, {of:Array(String)}[2]))
  AND ({of:Array(String)}[1] != 'network' OR network = {of:Array(String)}[2])
  AND ({of:Array(String)}[1] != 'agent' OR agent = {of:Array(String)}[2])
  AND ({of:Array(String)}[1] != 'crawler' OR (agent = {of:Array(String)}[2] AND has(reasons, {of:Array(String)}[3])))
  AND ({of:Array(String)}[1] != 'reasons' OR reasons = arraySlice({of:Array(String)}, 2))
