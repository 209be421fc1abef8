-- title: Sessions of rows by day
-- about: Of rows of Channels, Sources, Campaigns, Terms, Contents, Referrers or Landing pages, the sessions that began on
--   each day of the site's zone; days without any are left out. `by` says which table and `rows` what names its rows,
--   one after the other, each with all its columns; `named` are those of a row.
WITH {from:DateTime64(3)} AS since, {{session_days}}
SELECT named, toDate(started, {zone:String}) AS day, count() AS counted
FROM (
  SELECT
    started,
    {{row_of_visits}} AS named
  FROM ({{sessions_since}}) AS line
  WHERE started >= {from:DateTime64(3)}{{and_sessions}})
WHERE {{is_of_rows}}
GROUP BY named, day
ORDER BY day, named
