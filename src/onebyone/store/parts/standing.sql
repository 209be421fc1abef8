-- the status, or `unconfirmed`: a day after it only browsers spoke of an order, and the site's server tells every one
if(status = 'counted' AND name = 'purchase' AND confirmed_at = toDateTime64(0, 3, 'UTC')
  AND at < {now:DateTime64(3)} - INTERVAL 1 DAY AND at >= {{told_since}}, 'unconfirmed', status)
