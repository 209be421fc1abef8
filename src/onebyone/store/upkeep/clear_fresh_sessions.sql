TRUNCATE TABLE fresh_sessions{local} {on_cluster}
