ALTER TABLE events{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS user_agent String CODEC(ZSTD(1)) -- of conversions that may be shared with ad platforms
