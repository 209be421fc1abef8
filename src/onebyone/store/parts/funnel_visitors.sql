-- `level` is the last step that each person came to, `run` its moments until what is left out, as `funnel_moment` has them
SELECT person, {{funnel_level}}
FROM (
  SELECT {{person}} AS person, groupArray(moment) AS went
  FROM (
    SELECT node, visitor, at, {{funnel_moment}} AS moment
    FROM (
      SELECT node, visitor, day, at, name, path, {{wanted}} AS fits -- once: a filter may be a set of visitors
      FROM events FINAL
      WHERE site = {site:String} AND node != 0 AND {{of_traffic}}
    )
    WHERE {{funnel_of}}
  ) AS did
  {{by_whom}}
  GROUP BY person
  HAVING person != 0
)
