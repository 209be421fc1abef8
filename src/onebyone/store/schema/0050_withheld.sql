ALTER TABLE events{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS withheld LowCardinality(String) -- what consent took away: count, ping, own
