ALTER TABLE events{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS node UInt64 MATERIALIZED if(user_id = '', visitor, -- who did it, before persons are joined
    reinterpretAsUInt64(substring(SHA256(concat(site, '\0user\0', user_id)), 1, 8))) CODEC(ZSTD(1)) -- identity/nodes.py
