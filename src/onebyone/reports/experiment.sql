-- title: Experiment
-- about: Persons of each variant: those whose first `event` of the period names it in its property `prop` (and has `value`
--   in `only`, where one is asked for), and how many of them did `goal` from `wait_ms` to `within_ms` after that, also
--   behind the period's end. What has a record counts once and as it stands now, its money net of refunds, in the
--   site's currency. `waiting` are persons whose time is not over. `kind` several are persons of more than one variant,
--   nobody those events that name no person: both are in no variant.
SELECT
  kind, variant, countIf(person != 0) AS people, sum(shown) AS seen,
  countIf(person != 0 AND ends_at > {now:DateTime64(3)}) AS waiting, countIf(goals > 0) AS converted, sum(goals) AS goals_done, sum(net) AS net_minor, sum(toFloat64(net) * net) AS net_squares
FROM ({{experiment_people}})
GROUP BY kind, variant
ORDER BY kind, seen DESC, variant
LIMIT {limit:UInt32}
