-- title: Conversions by day, preliminary and final
-- about: Conversions of one kind and their money by the day they happened (`dated` = order), or with refunds, cancellations
--   and edits on their own days (adjustment). A day is final 72 hours after its end; `closed_` is what it said then.
SELECT
  toDate(moment, {zone:String}) AS day, currency, max(final_at) <= {now:DateTime64(3)} AS is_final,
  sum(booking.counted) AS counted, sum(booking.gross) AS gross_minor, sum(booking.refunded) AS refunded_minor,
  sum(booking.net) AS net_minor, sumIf(booking.counted, booked_at < final_at) AS closed_counted,
  sumIf(booking.gross, booked_at < final_at) AS closed_gross_minor,
  sumIf(booking.refunded, booked_at < final_at) AS closed_refunded_minor,
  sumIf(booking.net, booked_at < final_at) AS closed_net_minor
FROM (
  SELECT
    booking, greatest(booking.received_at, late) AS booked_at, booking.currency AS currency,
    toTimeZone(if({dated:String} = 'adjustment', booking.at, booking.order_at), {zone:String}) AS moment,
    addHours(addDays(toStartOfDay(moment), 1), 72) AS final_at
  FROM (
    SELECT {{confirmed_late}} AS late, arrayJoin(booked) AS booking
    FROM conversions FINAL
    WHERE site = {site:String} AND name = {event:String} AND {{standing}} IN ('counted', 'cancelled')
      AND first_day >= toDate({from:DateTime64(3)}) - if({dated:String} = 'adjustment', 500, 31) -- keys live 400 days
      AND ({{of_traffic}}{{and_orders}})
  )
)
WHERE moment >= {from:DateTime64(3)} AND moment < {to:DateTime64(3)}
GROUP BY day, currency
ORDER BY day, currency != {currency:String}, currency
