ALTER TABLE conversions{local} {on_cluster}
  ADD COLUMN IF NOT EXISTS booked Array(Tuple(
    received_at DateTime64(3, 'UTC'), order_at DateTime64(3, 'UTC'), at DateTime64(3, 'UTC'), cause String,
    currency String, counted Int8, gross Int64, refunded Int64, net Int64
  )) DEFAULT if(status = 'counted', [(
    first_received_at, toDateTime64(toStartOfFifteenMinutes(at), 3, 'UTC'),
    toDateTime64(toStartOfFifteenMinutes(at), 3, 'UTC'), 'arrived', toString(currency), 1, gross, refunded, net
  )], []) CODEC(ZSTD(1)) -- what each arrival changed, by its dates
