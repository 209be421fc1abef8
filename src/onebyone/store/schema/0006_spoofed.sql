ALTER TABLE events{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS spoofed Bool MATERIALIZED has(reasons, 'spoof') -- reports need no more of the reasons
