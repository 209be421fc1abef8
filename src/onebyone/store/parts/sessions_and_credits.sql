(SELECT * FROM ({{sessions_since}})) AS session
GLOBAL FULL JOIN ({{credits}}) AS credit ON session.visitor = credit.visitor AND session.started = credit.started
