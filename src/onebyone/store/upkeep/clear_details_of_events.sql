ALTER TABLE {table:Identifier} {on_cluster} UPDATE
  click_ids = mapFilter((name, id) -> false, click_ids),
  browser_ids = mapFilter((name, id) -> name IN ('ga', 'ga_session'), browser_ids),
  user_agent = ''
WHERE site = {site:String}
  AND day < toDate({before:DateTime64(3)}) AND greatest(at, received_at) < {before:DateTime64(3)}
  AND (notEmpty(click_ids) OR notEmpty(user_agent) OR arrayExists(name -> name NOT IN ('ga', 'ga_session'), mapKeys(browser_ids)))
