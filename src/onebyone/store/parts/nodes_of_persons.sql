-- every browser and user id that is or was of a person
SELECT whose_all AS whose_one, groupArray(known) AS theirs
FROM (SELECT known, arrayJoin(arrayDistinct(arrayConcat([whose], persons))) AS whose_all FROM ({{who}}))
WHERE whose_one != 0 GROUP BY whose_one
