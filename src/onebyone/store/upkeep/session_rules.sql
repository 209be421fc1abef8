SELECT site, version, timeout_ms, midnight_zone, at_campaign, max_events, engaged_ms, conversions
FROM session_rules FINAL
