-- of a row of events or conversions: the user whom it names, if that is somebody known, else its browser
if(user_id = '' OR (visitor != 0 AND {{order_node}} GLOBAL NOT IN (
  SELECT visitor FROM identity FINAL WHERE site = {site:String} AND kind = 'user' AND person != 0)), visitor, {{order_node}})
