-- title: What browsers missed
-- about: Conversions of one kind by who reported them: in all, or for each browser, version of a browser, system, device, country, host, day, week or
--   month (by its first day). Who is known to have declined statistics is left out as `declined`; `withheld` are copies
--   that browsers did send of such people, of which nothing but their number is kept; `silent` are those that only a
--   server reported and whose choice nobody told. `third` is an imported list; sums of squares are over persons, for the
--   width of intervals.
SELECT
  label, sum(on_both) AS both, sum(on_browser) AS browser_only, sum(on_server) AS server_only,
  sum(on_third) AS third_only, sum(on_all) AS third_and_both, sum(on_browser_third) AS third_and_browser,
  sum(on_server_third) AS third_and_server, sum(refused) AS declined, sum(taken) AS withheld, sum(unsaid) AS silent,
  sum(weak) AS matched_weakly, sum(money) AS missed_minor, sum(foreign) AS missed_in_other_currency,
  countIf(on_both + on_server > 0) AS server_people, sum(on_server * on_server) AS missed_squares,
  sum(on_server * (on_both + on_server)) AS missed_products,
  sum((on_both + on_server) * (on_both + on_server)) AS server_squares
FROM (
  SELECT
    label, person,
    countIf(in_browser AND in_server AND NOT declines) AS on_both,
    countIf(in_browser AND NOT in_server AND NOT declines) AS on_browser,
    countIf(in_server AND NOT in_browser AND NOT declines) AS on_server,
    countIf(in_third AND NOT in_server AND NOT in_browser AND NOT declines) AS on_third,
    countIf(in_third AND in_server AND in_browser AND NOT declines) AS on_all,
    countIf(in_third AND in_browser AND NOT in_server AND NOT declines) AS on_browser_third,
    countIf(in_third AND in_server AND NOT in_browser AND NOT declines) AS on_server_third,
    countIf(declines) AS refused,
    countIf(in_server AND NOT in_browser AND is_default) AS unsaid,
    countIf(in_server AND in_browser AND has(matched_by, 'weak') AND NOT declines) AS weak,
    sumIf(net, in_server AND NOT in_browser AND NOT declines AND currency IN ('', {currency:String})) AS money,
    countIf(in_server AND NOT in_browser AND NOT declines AND currency NOT IN ('', {currency:String})) AS foreign,
    0 AS taken
  FROM ({{loss_records}})
  GROUP BY label, person
  UNION ALL
  SELECT label, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, taken
  FROM ({{withheld_copies}})
)
GROUP BY label
ORDER BY both + server_only DESC, label
LIMIT {limit:UInt32}
