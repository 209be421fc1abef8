ALTER TABLE events{local} {on_cluster}
  ADD INDEX IF NOT EXISTS find_hit hit TYPE bloom_filter(0.01) GRANULARITY 1,
  ADD INDEX IF NOT EXISTS find_id id TYPE bloom_filter(0.01) GRANULARITY 1,
  ADD INDEX IF NOT EXISTS find_sent_id sent_id TYPE bloom_filter(0.01) GRANULARITY 1,
  ADD INDEX IF NOT EXISTS find_event_id event_id TYPE bloom_filter(0.01) GRANULARITY 1,
  ADD INDEX IF NOT EXISTS find_order_id order_id TYPE bloom_filter(0.01) GRANULARITY 1
