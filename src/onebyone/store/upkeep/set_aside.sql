SELECT table, name FROM system.detached_parts WHERE database = currentDatabase() AND has({tables:Array(String)}, table)
