(SELECT any((timeout_ms, midnight_zone, at_campaign, max_events, engaged_ms, conversions))
 FROM session_rules FINAL WHERE site = {site:String}) AS own_rule, -- all 0 and '' where the default rules hold
own_rule.1 = 0 AS default_rule,
if(default_rule, 1800000, own_rule.1) AS timeout_ms,
own_rule.2 != '' AS at_midnight, if(at_midnight, own_rule.2, 'UTC') AS midnight_zone,
own_rule.3 AS at_campaign,
if(default_rule, 10000, own_rule.4) AS max_events,
if(default_rule, 10000, own_rule.5) AS engaged_ms,
if(default_rule, ['purchase', 'generate_lead', 'sign_up'], own_rule.6) AS conversion_names
