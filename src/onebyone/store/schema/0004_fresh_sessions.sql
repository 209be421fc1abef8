CREATE TABLE IF NOT EXISTS fresh_sessions{local} {on_cluster} AS sessions{local}
