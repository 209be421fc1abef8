-- `level` is the last step that each visitor came to, `times` the first 99 moments of each step. Where one event is left
-- out, it ends a run and a new one may begin; then both are of the run that went furthest, the first such
SELECT visitor, {{funnel_level}}
FROM (
  SELECT visitor, at, {{funnel_flags}}
  FROM events FINAL
  WHERE {{funnel_of}} AND has(names, name) AND {{wanted}}
    AND ({without:String} = '' OR NOT visitor GLOBAL IN (SELECT stopped FROM ({{funnel_stops}})))
)
GROUP BY visitor
UNION ALL
SELECT visitor, furthest.1, furthest.2
FROM (
  SELECT visitor, argMax((level, times), (level, -toInt64(run))) AS furthest
  FROM (
    SELECT visitor, run, {{funnel_level}}
    FROM (
      SELECT visitor, at, arrayCount(x -> x <= ms, stops) AS run, {{funnel_flags}}
      FROM events FINAL
      GLOBAL JOIN ({{funnel_stops}}) AS others ON visitor = others.stopped
      WHERE {without:String} != '' AND {{funnel_of}} AND has(names, name) AND {{wanted}}
    )
    GROUP BY visitor, run
  )
  GROUP BY visitor
)
