ALTER TABLE {table:Identifier} {on_cluster} DROP PARTITION {month:UInt32}
