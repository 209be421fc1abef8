SELECT {{person}} AS person, id, visitor, at, net, currency
FROM ({{orders}}) AS placed
{{by_whom}}
