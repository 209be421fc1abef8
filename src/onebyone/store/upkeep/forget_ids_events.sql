ALTER TABLE events{local} {on_cluster}
UPDATE click_ids = map(), browser_ids = map(), user_agent = '', sealed = '' IN PARTITION {month:UInt32}
WHERE greatest(at, received_at) < {before:DateTime64(3)}
