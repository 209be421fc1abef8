-- `level` is the last step that each visitor came to, `run` its moments until what is left out, as `funnel_moment` has them
SELECT visitor, {{funnel_level}}
FROM (
  SELECT visitor, groupArray({{funnel_moment}}) AS went
  FROM (
    SELECT visitor, day, at, name, path, {{wanted}} AS fits -- once: a filter may be a set of visitors
    FROM events FINAL
    WHERE site = {site:String} AND visitor != 0 AND {{of_traffic}}
  )
  WHERE {{funnel_of}}
  GROUP BY visitor
)
