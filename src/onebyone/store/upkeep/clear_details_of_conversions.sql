ALTER TABLE {table:Identifier} {on_cluster} UPDATE click_ids = mapFilter((name, id) -> false, click_ids)
WHERE site = {site:String}
  AND day < toDate({before:DateTime64(3)}) AND greatest(at, received_at) < {before:DateTime64(3)} AND notEmpty(click_ids)
