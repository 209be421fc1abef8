-- title: Ids of campaigns
-- about: Campaigns that page views of the period named together with an id of the ad platform (`utm_id`), and those ids.
SELECT campaign, arraySort(groupUniqArray(100)(campaign_id)) AS ids
FROM events FINAL
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND name = 'page_view' AND campaign_id != '' AND campaign != ''
GROUP BY campaign
ORDER BY campaign
LIMIT {limit:UInt32}
