-- `level` is the last step that each person came to, `run` its moments until what is left out, as `funnel_moment` has them
SELECT person, {{funnel_level}}
FROM (
  SELECT {{person}} AS person, groupArray(moment) AS went
  FROM (
    SELECT * REPLACE ({{known_node}} AS node)
    FROM (
      SELECT node, visitor, at, {{funnel_moment}} AS moment
      FROM (
        SELECT node, visitor, day, at, name, path, {{wanted}} AS fits -- once: a filter may be a set of visitors
        FROM events FINAL
        WHERE site = {site:String} AND node != 0 AND {{of_traffic}}
      )
      WHERE {{funnel_of}}
    )
  ) AS did
  GLOBAL LEFT ANY JOIN ({{who}}) AS who ON node = who.known
  GROUP BY person
  HAVING person != 0
)
