ALTER TABLE conversions{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS confirmed_at DateTime64(3, 'UTC') -- when the site itself first spoke of it; 1970: never
  DEFAULT if(in_server OR has(vias, 'import'), first_received_at, toDateTime64(0, 3, 'UTC'))
  CODEC(Delta(8), ZSTD(1)) AFTER net
