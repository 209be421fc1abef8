ALTER TABLE events{local} {on_cluster} MATERIALIZE COLUMN node
