ALTER TABLE deliveries{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS day Date ALIAS first_day, -- retention speaks of the same columns in every table
  ADD COLUMN IF NOT EXISTS received_at DateTime64(3, 'UTC') ALIAS queued_at
