-- of an event, whether it is of the row that `of` names, [] for any: what is not asked for is not read
if(empty({of:Array(String)}), true,
if({of:Array(String)}[1] = 'withheld', withheld != '',
if({of:Array(String)}[1] = 'chosen', consent_source NOT IN ('', 'region_default', 'site_default'),
if({of:Array(String)}[1] = 'decided', consent_source = {of:Array(String)}[2],
  arraySlice({of:Array(String)}, 2) = {{fault}}))))
