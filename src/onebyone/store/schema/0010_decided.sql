ALTER TABLE events{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS permissions UInt16 CODEC(T64, ZSTD(1)), -- the bits of event.Permission
  ADD COLUMN IF NOT EXISTS consent_source LowCardinality(String),
  ADD COLUMN IF NOT EXISTS region LowCardinality(String),
  ADD COLUMN IF NOT EXISTS identifiers Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  ADD COLUMN IF NOT EXISTS sealed String CODEC(ZSTD(1)),
  ADD COLUMN IF NOT EXISTS conversion String CODEC(ZSTD(1))
