-- of each person who was seen with a variant, and 0 for who is nobody: which, since when, and what they did that counts
SELECT
  person, multiIf(person = 0, 'nobody', length(names) > 1, 'several', 'arm') AS kind,
  if(kind = 'arm', names[1], '') AS variant,
  shown, first_at, first_at + toIntervalMillisecond({within_ms:UInt64}) AS ends_at,
  arrayFilter(x -> kind = 'arm' AND x.1 > first_at AND x.1 <= ends_at
    AND x.1 >= first_at + toIntervalMillisecond({wait_ms:UInt64}), did) AS later,
  length(later) AS goals, arraySum(x -> x.2, later) AS net
FROM (
  SELECT
    person, groupUniqArrayIf(50)(named, is_first) AS names, countIf(is_first) AS shown, minIf(moment, is_first) AS first_at,
    groupArrayIf((moment, worth), NOT is_first AND person != 0) AS did
  FROM (
    SELECT {{person}} AS person, at AS moment, true AS is_first, properties[{prop:String}] AS named, 0 AS worth
    FROM events FINAL
    {{by_whom}}
    PREWHERE name = {event:String} -- part of the id, so of the key: equal before FINAL and after
    WHERE site = {site:String}
      AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
      AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
      AND properties[{prop:String}] != '' AND ({only:String} = '' OR properties[{only:String}] = {value:String})
      AND {{wanted}}
    UNION ALL
    SELECT {{person}}, at, false, '', if(currency IN ('', {currency:String}), net, 0)
    FROM (
      SELECT
        at, visitor, net, currency, if(user_id = '', visitor, -- as events.node
          reinterpretAsUInt64(substring(SHA256(concat(site, '\0user\0', user_id)), 1, 8))) AS node
      FROM conversions FINAL
      WHERE site = {site:String} AND name = {goal:String} AND {{standing}} = 'counted'
        AND first_day >= toDate({from:DateTime64(3)}) - 31 -- the first copy seen is seldom the earliest
        AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)} + toIntervalMillisecond({within_ms:UInt64})
        AND {{of_traffic}}
    ) AS records
    {{by_whom}}
    UNION ALL
    SELECT {{person}}, at, false, '', 0
    FROM events FINAL
    {{by_whom}}
    PREWHERE name = {goal:String}
    WHERE site = {site:String} AND conversion = '' -- what has a record counts above
      AND day BETWEEN toDate({from:DateTime64(3)})
        AND toDate({to:DateTime64(3)}) + toUInt16(intDiv({within_ms:UInt64}, 86400000) + 1)
      AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)} + toIntervalMillisecond({within_ms:UInt64})
      AND {{of_traffic}}
  )
  GROUP BY person
  HAVING shown > 0
)
