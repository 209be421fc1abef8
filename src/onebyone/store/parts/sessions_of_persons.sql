-- sessions, each with the person whose the browser was when it began
SELECT {{person}} AS person, {{of_session}}
FROM (SELECT *, visitor AS node, started AS at FROM ({{sessions_since}})) AS came
GLOBAL LEFT ANY JOIN ({{who}}) AS who ON node = who.known
