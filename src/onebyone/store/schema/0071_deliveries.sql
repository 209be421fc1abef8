CREATE TABLE IF NOT EXISTS deliveries{local} {on_cluster} (
  site LowCardinality(String),
  first_day Date, -- of the conversion: all versions meet in one partition
  conversion UUID CODEC(ZSTD(1)),
  destination LowCardinality(String),
  part LowCardinality(String), -- '', or 'adjust' of what a platform was told of a refund
  version UInt32 CODEC(T64, ZSTD(1)),
  state LowCardinality(String),
  cause LowCardinality(String),
  attempts UInt32 CODEC(T64, ZSTD(1)),
  at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)), -- of the conversion
  queued_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  due_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  sent_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)), -- 1970: never
  answered_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  name LowCardinality(String),
  event_id String CODEC(ZSTD(1)),
  order_id String CODEC(ZSTD(1)),
  record_version UInt32 CODEC(T64, ZSTD(1)),
  proof Bool,
  trace String CODEC(ZSTD(1)),
  keys Array(LowCardinality(String)), -- identifiers it carried, by the platform's names
  marks Array(LowCardinality(String)),

  CONSTRAINT site_named CHECK site != ''
) ENGINE = {replicated}ReplacingMergeTree(version)
PARTITION BY toYYYYMM(first_day)
ORDER BY (site, first_day, conversion, destination, part)
SETTINGS non_replicated_deduplication_window = 1000,
  fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1,
  old_parts_lifetime = 480
