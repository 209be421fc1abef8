-- sessions stored without their term and content are made again: until then reports make them from events
ALTER TABLE session_days{local} {on_cluster} UPDATE stored = false WHERE stored SETTINGS mutations_sync = 2
