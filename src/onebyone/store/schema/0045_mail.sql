ALTER TABLE events{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS message String CODEC(ZSTD(1)), -- of an e-mail, hexadecimal; also of the visits it led to
  ADD COLUMN IF NOT EXISTS recipient String CODEC(ZSTD(1)) -- the message's own id of a person
