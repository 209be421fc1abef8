(toUnixTimestamp64Milli(received_at) < {after_ms:Int64} OR (toUnixTimestamp64Milli(received_at) = {after_ms:Int64}
  AND concat(toString(events.hit), '.', toString(n)) < {after_id:String}))
