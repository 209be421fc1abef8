ALTER TABLE sessions{local} {on_cluster} REPLACE PARTITION {day:Date} FROM fresh_sessions{local}
SETTINGS allow_replace_partition_from_empty_source = 1 -- a day may have lost all it had
