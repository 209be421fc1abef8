-- title: People
-- about: Persons of the period, the last seen first. `text` finds those with an event whose user, order or event id or
--   one of whose properties is it, or whose number is in `persons`; without it, all. Money is in the site's currency.
SELECT
  toString(owner) AS person, argMaxIf(user, moment, user != '') AS user_id, min(moment) AS first_at, max(moment) AS last_at,
  uniqExactIf(visitor, visitor != 0) AS browsers, count() AS events, countIf(name = 'page_view') AS views,
  countIf(name = 'purchase') AS orders, sumIf(value, name = 'purchase' AND unit IN ('', {currency:String})) AS revenue_minor,
  argMax(place, moment) AS country, argMax(kind_of_device, moment) AS device
FROM (
  SELECT
    {{person}} AS owner, visitor, events.user_id AS user, at AS moment, name, value, currency AS unit, country AS place,
    device AS kind_of_device
  FROM events FINAL
  GLOBAL LEFT ANY JOIN ({{who}}) AS who ON node = who.known
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
)
WHERE owner GLOBAL IN ( -- first who: all that is told of everybody would not fit in memory
  SELECT owner FROM (
    SELECT
      {{person}} AS owner, at AS moment,
      if({text:String} = '', true,
        {text:String} IN (user_id, order_id, event_id, sent_id) OR has(mapValues(properties), {text:String})) AS fits
    FROM events FINAL
    GLOBAL LEFT ANY JOIN ({{who}}) AS who ON node = who.known
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
      AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
      AND {{wanted}}
  )
  WHERE owner != 0
  GROUP BY owner
  HAVING max(fits) OR has({persons:Array(String)}, toString(owner))
  ORDER BY max(moment) DESC, toString(owner)
  LIMIT {limit:UInt32}
)
GROUP BY owner
ORDER BY last_at DESC, person
LIMIT {limit:UInt32}
