ALTER TABLE events{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS life UInt64 CODEC(ZSTD(1)) -- the showing of a page within which the tag counts `seq`
