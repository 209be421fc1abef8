-- copies that browsers sent of people who declined: nothing but their number is kept
SELECT {{loss_label}} AS label, count() AS taken
FROM (
  SELECT if(event_id = '', sent_id, event_id) AS copy, min(drops.at) AS at -- its page may be shown again days later
  FROM drops FINAL
  WHERE site = {site:String}
    AND day BETWEEN toDate({from:DateTime64(3)}) - 31 AND toDate({to:DateTime64(3)})
    AND reason = 'consent_withheld' AND name = {event:String} AND via IN ('tag', 'image')
    AND {traffic:String} IN ('people', 'all') AND actor IN ('human', 'human_proxied', 'suspect'){{and_drops}}
  GROUP BY copy
)
WHERE at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
GROUP BY label
