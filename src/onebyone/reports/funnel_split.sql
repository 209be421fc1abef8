-- title: Funnel by a property
-- about: The persons of a funnel, as Funnel counts them, by the value that each has of a property, at each step. `by` is a
--   property with, in front, which of a person's values: first_ever., last_ever., first_in_range., last_to_end. (the last
--   before the period's end) or last_before. (the last when somebody first did the step after those before it: it may
--   change from step to step). The `limit` values of most persons; then `others`, `counted` of them, and `none` of
--   persons without any. The rows of a step add up to the persons of Funnel. Filters narrow the steps alone.
WITH
  {{funnel_steps}},
  ( -- a value is its place in this list
    SELECT arraySort(groupArray(text))
    FROM (
      SELECT DISTINCT toString({{valued}}) AS text
      FROM events FINAL
      WHERE site = {site:String} AND node != 0 AND {{of_traffic}} AND {{of_time}} AND text != ''
    )
  ) AS texts,
  toUInt8(floor(log2(length(texts) + 1)) + 1) AS value_bits,
  toUInt64(bitShiftLeft(toUInt64(1), value_bits) - 1) AS value_mask,
  toUInt64(toUnixTimestamp64Milli({from:DateTime64(3)})) AS from_ms,
  toUInt8(floor(log2(toUnixTimestamp64Milli({to:DateTime64(3)}) - from_ms + {within_ms:UInt64} + 2)) + 1) AS time_bits,
  toUInt8(greatest(0, time_bits + 9 + value_bits - 64)) AS lost_bits -- of the time, where values are many
SELECT kind, texts[number] AS value, step, asked[step] AS name, came[step] AS people, counted
FROM (
  SELECT kind, if(kind = 'value', value, 0) AS number, sumForEach(each) AS came, count() AS counted
  FROM (
    SELECT
      value, each, bitShiftLeft(arrayMax(each), 32) - value AS size, -- sorts in one go
      multiIf(
        value = 0, 'none', row_number() OVER (ORDER BY value = 0, size DESC) <= {limit:UInt32}, 'value', 'others') AS kind
    FROM (
      SELECT
        value,
        [countIf(n = 1), countIf(n = 2), countIf(n = 3), countIf(n = 4), countIf(n = 5), countIf(n = 6), countIf(n = 7),
         countIf(n = 8)] AS each
      FROM (
        SELECT {{picked}} AS picked
        FROM (
          SELECT held, {{funnel_level}}
          FROM (
            SELECT {{kept}}
            FROM (
              SELECT
                node, visitor, at, is_way, is_held,
                if(is_way, {{funnel_moment}}, toUInt64(toUnixTimestamp64Milli(at)) * 512 + 256) AS moment,
                if(is_held, transform(text, texts, arrayMap(n -> toUInt64(n), arrayEnumerate(texts)), toUInt64(0)), 0) AS number
              FROM (
                SELECT
                  node, visitor, at, name, path, {{wanted}} AS fits, {{funnel_of}} AS is_way,
                  toString({{valued}}) AS text, text != '' AND {{of_time}} AS is_held
                FROM events FINAL
                WHERE site = {site:String} AND node != 0 AND {{of_traffic}}
              )
              WHERE is_way OR is_held
            ) AS did
            {{by_whom}}
            GROUP BY {{person}} AS person
            HAVING person != 0
          )
        )
        WHERE level > 0
      )
      ARRAY JOIN picked AS value, arrayEnumerate(picked) AS n
      GROUP BY value
    )
  )
  GROUP BY kind, number
)
ARRAY JOIN range(1, toUInt32(least(length(asked), 8)) + 1) AS step
ORDER BY indexOf(['value', 'others', 'none'], kind), arrayMax(came) DESC, value, step
