SELECT visitor AS known, person AS whose, starts, persons, retro, version FROM identity FINAL WHERE site = {site:String}
