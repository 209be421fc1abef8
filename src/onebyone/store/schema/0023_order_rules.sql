CREATE TABLE IF NOT EXISTS order_rules{local} {on_cluster} (
  site LowCardinality(String), -- one whose server was ever said to report every order
  version UInt64,
  told_from DateTime64(3, 'UTC') -- from then on; 1970: not any more
) ENGINE = {replicated}ReplacingMergeTree(version)
ORDER BY site
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, old_parts_lifetime = 480
