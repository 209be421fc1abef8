-- one part a day is what reports read fastest
OPTIMIZE TABLE fresh_sessions{local} {on_cluster} FINAL
