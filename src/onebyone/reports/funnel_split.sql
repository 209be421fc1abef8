-- title: Funnel by a property
-- about: The persons of a funnel, as Funnel counts them, by the value that each has of a property, at each step. `by` is a
--   property with, in front, which of a person's values: first_ever., last_ever., first_in_range., last_to_end. (the last
--   before the period's end) or last_before. (the last when somebody first did the step after those before it: it may
--   change from step to step). The `limit` values of most persons; then `others`, `counted` of them, and `none` of
--   persons without any. The rows of a step add up to the persons of Funnel. Filters narrow the steps alone.
WITH {{funnel_steps}}
SELECT kind, text AS value, step, asked[step] AS name, came[step] AS people, counted
FROM (
  SELECT cityHash64(text) AS known, text
  FROM (
    SELECT DISTINCT toString({{valued}}) AS text
    FROM events FINAL
    WHERE site = {site:String} AND node != 0 AND {{of_traffic}} AND {{of_time}} AND text != ''
  )
) AS told
GLOBAL RIGHT JOIN (
  SELECT kind, if(kind = 'value', hash, 0) AS number, sumForEach(each) AS came, count() AS counted
  FROM (
    SELECT
      hash, each, bitOr(bitShiftLeft(arrayMax(each), 32), bitShiftRight(hash, 32)) AS size, -- sorts in one go
      multiIf(
        hash = 0, 'none', row_number() OVER (ORDER BY hash = 0, size DESC) <= {limit:UInt32}, 'value', 'others') AS kind
    FROM (
      SELECT
        hash,
        [countIf(n = 1), countIf(n = 2), countIf(n = 3), countIf(n = 4), countIf(n = 5), countIf(n = 6), countIf(n = 7),
         countIf(n = 8)] AS each
      FROM (
        SELECT {{picked}} AS picked
        FROM (
          SELECT held, {{funnel_level}}
          FROM (
            SELECT {{kept}}
            FROM (
              SELECT * REPLACE ({{known_node}} AS node)
              FROM (
                SELECT
                  node, visitor, at, is_way, is_held,
                  if(is_way, {{funnel_moment}}, toUInt64(toUnixTimestamp64Milli(at)) * 512 + 256) AS moment,
                  bitOr(bitShiftLeft(toUInt128(moment), 64), toUInt128(if(is_held, cityHash64(text), 0))) AS event
                FROM (
                  SELECT
                    node, visitor, at, name, path, {{wanted}} AS fits, {{funnel_of}} AS is_way,
                    toString({{valued}}) AS text, text != '' AND {{of_time}} AS is_held
                  FROM events FINAL
                  WHERE site = {site:String} AND node != 0 AND {{of_traffic}}
                )
                WHERE is_way OR is_held
              )
            ) AS did
            GLOBAL LEFT ANY JOIN ({{who}}) AS who ON node = who.known
            GROUP BY {{person}} AS person
            HAVING person != 0
          )
        )
        WHERE level > 0
      )
      ARRAY JOIN picked AS hash, arrayEnumerate(picked) AS n
      GROUP BY hash
    )
  )
  GROUP BY kind, number
) AS found ON told.known = found.number
ARRAY JOIN range(1, toUInt32(least(length(asked), 8)) + 1) AS step
ORDER BY indexOf(['value', 'others', 'none'], kind), arrayMax(came) DESC, value, step
