ALTER TABLE fresh_sessions{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS term String CODEC(ZSTD(1)), ADD COLUMN IF NOT EXISTS content String CODEC(ZSTD(1))
