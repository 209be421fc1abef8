ALTER TABLE conversions{local} {on_cluster}
UPDATE click_ids = map() IN PARTITION {month:UInt32}
WHERE greatest(at, updated_at) < {before:DateTime64(3)}
