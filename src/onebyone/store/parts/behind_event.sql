-- after the last event shown, in a list of the newest first
(toUnixTimestamp64Milli(at) < {after_ms:Int64}
  OR (toUnixTimestamp64Milli(at) = {after_ms:Int64} AND concat(toString(hit), '.', toString(n)) < {after_id:String}))
