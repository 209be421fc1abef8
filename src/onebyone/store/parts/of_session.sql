id, visitor, started, engaged_at, channel, source, medium, campaign, referrer_host, host, path, term, content
