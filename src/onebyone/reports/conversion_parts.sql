-- title: How conversions were seen
-- about: Records that fit the filters, by who saw them (`via`), by what joined their copies (`matched`; a record counts
--   once for each way in which a copy was joined) and by what was noticed on them (`flag`).
SELECT kind, value, count() AS records
FROM (
  SELECT arrayJoin(arrayConcat(
    [('via', seen)],
    arrayMap(x -> ('matched', x), arrayDistinct(arrayMap(x -> toString(x), matched_by))),
    arrayMap(x -> ('flag', x), arrayDistinct(arrayMap(x -> splitByChar(':', toString(x))[1], flags))),
    if(status != 'counted', [('flag', toString(status))], [])
  )) AS part, part.1 AS kind, part.2 AS value
  FROM ({{records}})
)
GROUP BY kind, value
ORDER BY kind, records DESC, value
