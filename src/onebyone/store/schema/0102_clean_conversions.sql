-- Files of replaced parts go within seconds of being due: an erasure waits for that (store/erasing.py). A deletion's own
-- text is not kept either.
ALTER TABLE conversions{local} {on_cluster} MODIFY SETTING
  cleanup_delay_period = 2, cleanup_delay_period_random_add = 2, max_cleanup_delay_period = 10, finished_mutations_to_keep = 0
