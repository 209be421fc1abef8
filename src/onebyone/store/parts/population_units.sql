(d) -> multiIf({unit:String} = 'day', d, {unit:String} = 'month', toStartOfMonth(d), toMonday(d)) AS begin,
  (d) -> multiIf({unit:String} = 'day', addDays(d, 1), {unit:String} = 'month', addMonths(d, 1), addDays(d, 7)) AS next,
  begin(toDate({from:DateTime64(3)}, {zone:String})) AS first_unit,
  begin(toDate({to:DateTime64(3)} - INTERVAL 1 SECOND, {zone:String})) AS last_unit
