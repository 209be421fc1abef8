ALTER TABLE events{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS campaign_id String CODEC(ZSTD(1)) AFTER campaign -- the ad platform's own, of utm_id
