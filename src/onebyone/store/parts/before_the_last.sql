-- of an event, whether it stands behind the last one shown; the ids are not read where nothing was
(toUnixTimestamp64Milli(at) < {after_ms:Int64} OR ({after_id:String} != '' AND toUnixTimestamp64Milli(at) = {after_ms:Int64}
  AND concat(toString(events.hit), '.', toString(n)) < {after_id:String}))
