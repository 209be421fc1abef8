-- title: Populations
-- about: Persons by the `unit` (week, day, month): seen in it, of these those never seen before (`fresh`), seen in the unit
--   before too (`returning`), or again after a pause (`resurrected`); and those seen in the unit before and not in this
--   one (`dormant`). Every unit that the period touches is whole. Seen is the sum of the three, and that of the unit
--   before less the dormant and more the fresh and the resurrected.
WITH
  {{population_units}}
SELECT
  did.1 AS starts, countIf(did.2 != 'dormant') AS seen, countIf(did.2 = 'fresh') AS fresh,
  countIf(did.2 = 'returning') AS returning, countIf(did.2 = 'resurrected') AS resurrected,
  countIf(did.2 = 'dormant') AS dormant
FROM ({{population_deeds}})
ARRAY JOIN deeds AS did
WHERE starts BETWEEN first_unit AND last_unit
GROUP BY starts
ORDER BY starts
