-- What one person did, also on browsers that others use: by whose each moment was.
WITH arrayMap(text -> toUInt64OrZero(text), {nodes:Array(String)}) AS numbers
SELECT DISTINCT concat(toString(hit), '/', toString(n)) AS sighting
FROM (
  SELECT *, {{person}} AS person
  FROM events
  {{by_whom}}
  WHERE site = {site:String} AND (has(numbers, node) OR has(numbers, visitor))
)
WHERE person = toUInt64({person:String})
