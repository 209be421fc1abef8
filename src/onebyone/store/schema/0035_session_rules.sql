CREATE TABLE IF NOT EXISTS session_rules{local} {on_cluster} (
  site LowCardinality(String), -- one whose rules are not the default ones
  version UInt64,
  timeout_ms UInt32,
  midnight_zone LowCardinality(String), -- '': midnight parts nothing
  at_campaign Bool,
  max_events UInt32,
  engaged_ms UInt32,
  conversions Array(String)
) ENGINE = {replicated}ReplacingMergeTree(version)
ORDER BY site
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, old_parts_lifetime = 480
