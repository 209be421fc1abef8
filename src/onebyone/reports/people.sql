-- title: People
-- about: Persons of the period, the last seen first. `text` finds those with an event whose user, order or event id or
--   one of whose properties is it, or whose number is in `persons`; without it, all. Orders are those that count; their
--   money, net of refunds, is in the site's currency.
-- sorts: last_at first_at browsers events views orders revenue_minor
SELECT person, user_id, first_at, last_at, browsers, events, views, orders, revenue_minor, country, device
FROM (
  SELECT
    owner, toString(owner) AS person, argMaxIf(user, moment, user != '') AS user_id,
    min(moment) AS first_at, max(moment) AS last_at,
    uniqExactIf(visitor, visitor != 0) AS browsers, count() AS events, countIf(name = 'page_view') AS views,
    argMax(place, moment) AS country, argMax(kind_of_device, moment) AS device
  FROM (
    SELECT
      {{person}} AS owner, candidate, visitor, events.user_id AS user, at AS moment, name, country AS place,
      device AS kind_of_device
    FROM events FINAL
    GLOBAL INNER JOIN ( -- first who: all that is told of everybody would not fit in memory
      SELECT candidate, one AS known, whose, starts, persons, version
      FROM (
        SELECT candidate, arrayJoin(arrayDistinct(arrayConcat([candidate], theirs))) AS one
        FROM (
          SELECT owner AS candidate FROM (
            SELECT
              owner, max(moment) AS last_at, min(moment) AS first_at, uniqExactIf(visitor, visitor != 0) AS browsers,
              count() AS events, countIf(name = 'page_view') AS views
            FROM (
              SELECT
                {{person}} AS owner, visitor, name, at AS moment,
                ({text:String} = '' OR {text:String} IN (user_id, order_id, event_id, sent_id)
                  OR has(mapValues(properties), {text:String})) AS fits
              {{rows_of_persons}}
            )
            WHERE owner != 0
            GROUP BY owner
            HAVING max(fits) OR has({persons:Array(String)}, toString(owner))
          ) AS candidates
          {{sorted_join}}
          ORDER BY {{sorted}}last_at DESC, toString(owner)
          LIMIT {limit:UInt32}{{skipped}}
        ) AS chosen
        GLOBAL LEFT ANY JOIN ({{nodes_of_persons}}) AS known_as ON chosen.candidate = known_as.whose_one
      ) AS nodes
      GLOBAL LEFT ANY JOIN ({{who}}) AS told ON nodes.one = told.known
    ) AS who ON {{known_node}} = who.known
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
      AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
      AND (candidate = 0 OR ({{wanted}})) -- nobody is 0: so that it is asked of what the join leaves
  )
  WHERE owner = candidate
  GROUP BY owner
) AS known
GLOBAL LEFT JOIN (
  {{bought}}
) AS bought ON known.owner = bought.buyer
ORDER BY {{sorted}}last_at DESC, person
LIMIT {limit:UInt32}
