-- title: Nearest events
-- about: When something that fits came last before the days that are shown, and when first after them, if it did.
--   Of any event, or of one name, on any page or on one; `named` takes only what names a visitor.
SELECT maxOrNullIf(at, at < {shown_from:DateTime64(3)}) AS last_before, minOrNullIf(at, at >= {shown_to:DateTime64(3)}) AS first_after
FROM events FINAL
WHERE site = {site:String}
  AND day BETWEEN toDate({from:DateTime64(3)}) AND toDate({to:DateTime64(3)})
  AND at >= {from:DateTime64(3)} AND at < {to:DateTime64(3)}
  AND ({event:String} = '' OR name = {event:String})
  AND ({text:String} = '' OR path = {text:String})
  AND ({named:UInt8} = 0 OR visitor != 0)
  AND {{wanted}}
