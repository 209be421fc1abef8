CREATE TABLE IF NOT EXISTS sessions{local} {on_cluster} (
  site LowCardinality(String),
  traffic LowCardinality(String), -- of which events it is made: people, machines, unclear, all
  day Date, -- UTC day of its start
  visitor UInt64 CODEC(ZSTD(1)),
  started DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  engaged_at Nullable(DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
  channel LowCardinality(String),
  source LowCardinality(String),
  medium LowCardinality(String),
  campaign LowCardinality(String),
  referrer_host String CODEC(ZSTD(1)),
  host LowCardinality(String),
  path String CODEC(ZSTD(1))
) ENGINE = {replicated}MergeTree
PARTITION BY day
ORDER BY (site, traffic, visitor, started)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, old_parts_lifetime = 60
