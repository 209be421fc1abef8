-- the node of an order: the user whom it names, if that is somebody, else its browser
if(visitor = 0 OR node GLOBAL IN (SELECT visitor FROM identity FINAL WHERE site = {site:String} AND person != 0), node, visitor)
