-- title: Power report
-- about: A free table: a row for each value of the properties `by`, one or two, and a column for each of `cols`, written
--   like sum:scroll:prop.percent: what is counted, of which event, and of which property. Events and people (persons as
--   they are joined now) are what came. Conversions and revenue (net of refunds, of those in the site's currency, in
--   minor units) are records, each once, as everywhere, under the own properties of the copy that came first. What is
--   no number, or has more than twelve digits before its point, is in no sum. In the order of `sort`, behind `after`.
--   A row is by the event's own value, or with first_ever., last_ever. (until `now`), first_in_range., last_to_end. or
--   last_before. (at or before the event itself) in front of a property by that value of its person, of those not empty.
--   By channel, source, medium, campaign, term, content, referrer or landing it is that of the browser's last session that
--   had begun, at most a day before the period; what names no browser, or came before its first session, has none.
SELECT {{named}}{{beside}}
FROM (
  SELECT *, {{rank}} AS rank{{around}}
  FROM (
    SELECT row_1, {{second}} AS row_2, {{columns}}{{whole}}
    FROM (
      SELECT {{told_rows}}, {{states}}
      FROM ({{row_open}}
        SELECT
          {{row_1}} AS by_1, {{row_2}} AS by_2, name, at, {{whose}} AS person, true AS is_event{{seen_by}},
          {traffic:String} IN ('machines', 'all') AND conversion = '' AND startsWith(actor, 'machine_') AS is_order, -- no record
          if(currency IN ('', {currency:String}), value, 0) AS worth{{texts}}
        FROM events FINAL
        {{join_persons}}
        {{prewhere}}
        WHERE site = {site:String}
          AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
          AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
          AND ({{of_events}} OR (is_order AND has({counted:Array(String)}, name))) AND {{wanted}}
        UNION ALL
        SELECT
          {{record_row_1}} AS by_1, {{record_row_2}} AS by_2, name, at, {{record_person}} AS person,
          false AS is_event{{seen_by}}, true AS is_order, if(currency IN ('', {currency:String}), net, 0) AS worth{{no_texts}}
        FROM (
          SELECT *{{record_node}}
          FROM conversions FINAL
          WHERE site = {site:String} AND has({counted:Array(String)}, name) AND {{standing}} = 'counted'
            AND first_day >= toDate({from:DateTime64(3)}) - 31 -- the first copy seen is seldom the earliest
            AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
            AND ({{of_traffic}}{{and_orders}})
        ) AS records
        {{join_properties}}
        {{record_join}}
      {{row_close}})
      GROUP BY {{rows_by}}
    )
    GROUP BY {{grouped}}
  )
)
WHERE {{behind}}
ORDER BY {{first}}rank {{direction}}, row_1, row_2
LIMIT {{more}}{limit:UInt32}
