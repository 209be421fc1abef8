CREATE TABLE IF NOT EXISTS identity{local} {on_cluster} (
  site LowCardinality(String),
  visitor UInt64 CODEC(ZSTD(1)), -- a browser, or the number of a user id (events.node)
  kind LowCardinality(String), -- browser, user
  person UInt64 CODEC(ZSTD(1)), -- 0: a user id that names nobody
  version UInt64,
  starts Array(UInt64) CODEC(ZSTD(1)), -- unix milliseconds; empty: `person` for all time
  persons Array(UInt64) CODEC(ZSTD(1)), -- from each of them on
  retro Array(UInt8) CODEC(ZSTD(1)), -- and whether it was known only afterwards
  removed UInt8,

  CONSTRAINT site_named CHECK site != '',
  CONSTRAINT spans_fit CHECK length(starts) = length(persons) AND length(starts) = length(retro)
) ENGINE = {replicated}ReplacingMergeTree(version, removed)
ORDER BY (site, visitor)
SETTINGS non_replicated_deduplication_window = 1000,
  fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1,
  old_parts_lifetime = 480
