ALTER TABLE events{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS not_by Array(LowCardinality(String)) CODEC(ZSTD(1)) AFTER flags
