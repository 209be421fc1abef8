ALTER TABLE events{local} {on_cluster}
  MATERIALIZE INDEX find_hit,
  MATERIALIZE INDEX find_id,
  MATERIALIZE INDEX find_sent_id,
  MATERIALIZE INDEX find_event_id,
  MATERIALIZE INDEX find_order_id
