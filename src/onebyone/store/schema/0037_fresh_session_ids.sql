ALTER TABLE fresh_sessions{local} {on_cluster} ADD COLUMN IF NOT EXISTS id UInt64 CODEC(ZSTD(1)) FIRST
