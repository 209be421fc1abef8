-- sessions of whoever may be a person with an order of the period, each with the person whose the browser was when it began
SELECT {{person}} AS person, {{of_session}}
FROM (
  SELECT *, visitor AS node, started AS at
  FROM ({{sessions_since}})
  WHERE visitor GLOBAL IN (
    WITH bought AS (SELECT DISTINCT person FROM ({{orders_of_persons}}))
    SELECT person FROM bought
    UNION ALL
    SELECT known FROM ({{who}}) ARRAY JOIN arrayPushBack(persons, whose) AS one
    WHERE one GLOBAL IN (SELECT person FROM bought))
) AS came
GLOBAL LEFT ANY JOIN ({{who}}) AS who ON node = who.known
