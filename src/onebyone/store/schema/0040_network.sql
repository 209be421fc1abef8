ALTER TABLE events{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS network LowCardinality(String) -- the list that knows the visitor's network, as datacenter.aws
