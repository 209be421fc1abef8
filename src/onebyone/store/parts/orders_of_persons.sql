SELECT {{person}} AS person, id, visitor, at, net, currency
FROM (SELECT * REPLACE ({{known_node}} AS node) FROM ({{orders}})) AS placed
GLOBAL LEFT ANY JOIN ({{who}}) AS who ON node = who.known
