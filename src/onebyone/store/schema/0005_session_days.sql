CREATE TABLE IF NOT EXISTS session_days{local} {on_cluster} (
  day Date,
  version UInt64,
  stored Bool -- its rows in `sessions` are those its events would make now
) ENGINE = {replicated}ReplacingMergeTree(version)
ORDER BY day
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, old_parts_lifetime = 480
