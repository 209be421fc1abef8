-- when an order began to count that was unconfirmed for a while; else 1970
if(name = 'purchase' AND confirmed_at > at + INTERVAL 1 DAY AND at >= {{told_since}}, confirmed_at, toDateTime64(0, 3, 'UTC'))
