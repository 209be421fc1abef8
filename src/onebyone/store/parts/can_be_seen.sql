visitor != 0 AND (via != 'server' OR has(conversion_names, name))
