-- of an event, whether it is of the row that `of` names, [] for any: of `if` and `multiIf` all is read that they name, of these
-- what is asked for
({of:Array(String)}[1] != 'withheld' OR withheld != '')
AND ({of:Array(String)}[1] != 'chosen' OR consent_source NOT IN ('', 'region_default', 'site_default'))
AND ({of:Array(String)}[1] != 'decided' OR consent_source = {of:Array(String)}[2])
AND ({of:Array(String)}[1] != 'fault' OR arraySlice({of:Array(String)}, 2) = {{fault}})
