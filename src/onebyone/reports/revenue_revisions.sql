-- title: Revisions of final days
-- about: What changed a day after it was final: when, by how much, and by what: a conversion that arrived late, a copy
--   that said something else or joined two, a refund, a cancellation, an edit. `examples` are three of the ids.
SELECT
  toDate(booked_at, {zone:String}) AS revised_on, toDate(moment, {zone:String}) AS day, cause, currency,
  uniqExact(id) AS records, sum(booking.counted) AS counted, sum(booking.gross) AS gross_minor,
  sum(booking.refunded) AS refunded_minor, sum(booking.net) AS net_minor,
  arraySlice(arraySort(groupUniqArray(known_as)), 1, 3) AS examples
FROM (
  SELECT
    id, known_as, booking, greatest(booking.received_at, late) AS booked_at, booking.cause AS cause, booking.currency AS currency,
    toTimeZone(if({dated:String} = 'adjustment', booking.at, booking.order_at), {zone:String}) AS moment,
    addHours(addDays(toStartOfDay(moment), 1), 72) AS final_at
  FROM (
    SELECT id, if(order_id = '', event_id, order_id) AS known_as, {{confirmed_late}} AS late, arrayJoin(booked) AS booking
    FROM conversions FINAL
    WHERE site = {site:String} AND name = {event:String} AND {{standing}} IN ('counted', 'cancelled')
      AND first_day >= toDate({from:DateTime64(3)}) - if({dated:String} = 'adjustment', 500, 31) -- keys live 400 days
      AND ({{of_traffic}}{{and_orders}})
  )
)
WHERE moment >= {from:DateTime64(3)} AND moment < {to:DateTime64(3)}
  AND booked_at >= final_at
GROUP BY revised_on, day, cause, currency
HAVING counted != 0 OR gross_minor != 0 OR refunded_minor != 0 OR net_minor != 0
ORDER BY revised_on DESC, day DESC, cause, currency
LIMIT {limit:UInt32}
