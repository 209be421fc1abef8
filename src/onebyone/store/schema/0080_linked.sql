ALTER TABLE events{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS linked UInt64 CODEC(ZSTD(1)) -- the visitor that followed a link here from another domain
