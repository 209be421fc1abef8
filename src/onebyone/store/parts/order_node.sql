-- of a record, as events.node
if(user_id = '', visitor, reinterpretAsUInt64(substring(SHA256(concat(site, '\0user\0', user_id)), 1, 8)))
