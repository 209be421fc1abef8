-- title: What a recipient did
-- about: Opens, clicks and visits of one person's e-mails, the last first. `recipients` are the ids that stand for the
--   person, one for each message; a visit is there where consent allows to name who it is.
SELECT
  at, name, via, message, recipient, toString(visitor) AS browser, host, path, properties['link'] AS link,
  properties['repeat'] AS repeats, properties['wants'] AS wants, actor, agent, confidence, reasons, flags, country,
  events.browser AS browser_name, os, toString(hit) AS hit
FROM events FINAL
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND has({recipients:Array(String)}, recipient)
ORDER BY at DESC, hit DESC, n DESC
LIMIT {limit:UInt32}
