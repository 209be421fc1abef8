CREATE TABLE IF NOT EXISTS drops{local} {on_cluster} (
  site LowCardinality(String), -- '' of a hit that named no site
  day Date,
  at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  received_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  hit UUID CODEC(ZSTD(1)),
  n UInt32 CODEC(T64, ZSTD(1)),
  fate LowCardinality(String) DEFAULT 'dropped',
  reason LowCardinality(String),
  step LowCardinality(String),
  detail String CODEC(ZSTD(1)),
  of_hit UUID CODEC(ZSTD(1)),
  of_n UInt32 CODEC(T64, ZSTD(1)),
  name LowCardinality(String),
  via LowCardinality(String),
  sent_id String CODEC(ZSTD(1)),
  event_id String CODEC(ZSTD(1)),
  order_id String CODEC(ZSTD(1)),
  value Int64 CODEC(T64, ZSTD(1)),
  currency LowCardinality(String),
  nav LowCardinality(String),
  visitor UInt64 CODEC(ZSTD(1)),
  host LowCardinality(String),
  path String CODEC(ZSTD(1)),
  actor LowCardinality(String) DEFAULT 'human',
  agent LowCardinality(String),
  browser LowCardinality(String),
  os LowCardinality(String),
  device LowCardinality(String),
  country LowCardinality(String),

  INDEX arrived received_at TYPE minmax GRANULARITY 1,
  CONSTRAINT day_of_drop CHECK day = toDate(at, 'UTC')
) ENGINE = {replicated}ReplacingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (site, day, reason, at, hit, n)
SETTINGS non_replicated_deduplication_window = 1000,
  fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1,
  old_parts_lifetime = 480
