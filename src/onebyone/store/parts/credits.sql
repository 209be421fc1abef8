SELECT
  visitor, true AS found, 1 AS session_count, 0 AS order_count, 0 AS money,
  channel, source, medium, campaign, referrer_host, host, path, term, content,
  toUUID('00000000-0000-0000-0000-000000000000') AS order_key
FROM ({{sessions_since}})
WHERE started >= {from:DateTime64(3)}
UNION ALL
{{order_credits}}
