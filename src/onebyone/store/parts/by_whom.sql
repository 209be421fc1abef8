-- whose the browser or user id is that a row names, for `person`
GLOBAL LEFT ANY JOIN ({{who}}) AS who ON {{known_node}} = who.known
