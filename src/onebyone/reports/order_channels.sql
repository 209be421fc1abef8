-- title: Channel of each order
-- about: The channel that has the credit of each of `orders`, ids of records, as Channels counts it.
WITH {from:DateTime64(3)} - INTERVAL 30 DAY AS since, 1 AS direct_last, {{session_days}}
SELECT
  toString(order_key) AS id,
  multiIf(NOT found, 'Unattributed', line.channel = '', 'Unassigned', line.channel) AS channel
FROM ({{order_credits}}) AS line
WHERE has({orders:Array(String)}, toString(order_key)){{and_sessions}}
ORDER BY id
LIMIT {limit:UInt32}
