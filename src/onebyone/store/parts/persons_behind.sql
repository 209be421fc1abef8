-- of a list of persons, those behind the last one shown, the last seen first
WHERE toUnixTimestamp64Milli(ended) < {after_ms:Int64}
  OR (toUnixTimestamp64Milli(ended) = {after_ms:Int64} AND toString(owner) < {after_id:String})
ORDER BY ended DESC, person DESC
LIMIT {limit:UInt32}
