ALTER TABLE sessions{local} {on_cluster} REPLACE PARTITION {day:Date} FROM fresh_sessions{local}
