-- from when on the site's server tells every order; far ahead where nobody says that it does
(SELECT if(any(told_from) = toDateTime64(0, 3, 'UTC'), toDateTime64('2200-01-01 00:00:00', 3, 'UTC'), any(told_from))
 FROM order_rules FINAL WHERE site = {site:String})
