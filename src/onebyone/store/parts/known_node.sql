-- whom `person` is asked about: the user whom a row names, if that is somebody known, else its browser
if(visitor = 0 OR node = visitor
  OR node GLOBAL IN (SELECT visitor FROM identity FINAL WHERE site = {site:String} AND kind = 'user' AND person != 0), node, visitor)
