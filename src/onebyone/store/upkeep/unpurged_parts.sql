SELECT count() FROM system.parts
WHERE database = currentDatabase() AND has({tables:Array(String)}, table) AND NOT active
