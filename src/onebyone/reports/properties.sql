-- title: Properties
-- about: What each event carries beside its own fields: how often, how many different values, and three frequent ones.
--   `numbers` are the values that are written as a number, `addresses` those that look like an e-mail address.
-- sorts: seen different name key
SELECT
  name, key, count() AS seen, uniqCombined64(value) AS different, countIf(toFloat64OrNull(value) IS NOT NULL) AS numbers,
  countIf(position(value, '@') > 1 AND value LIKE '%_@_%._%') AS addresses,
  topK(3)(left(value, 60)) AS examples{{in_all}}
FROM (
  SELECT name, mapKeys(properties) AS keys, mapValues(properties) AS texts
  FROM events FINAL
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
    AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
    AND {{wanted}}
)
ARRAY JOIN keys AS key, texts AS value
GROUP BY name, key
ORDER BY {{sorted}}name, seen DESC, key
LIMIT {limit:UInt32}{{skipped}}
