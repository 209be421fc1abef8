multiIf(
  {by:String} = 'day', toString(toDate(at, {zone:String})),
  {by:String} = 'week', toString(toMonday(toDate(at, {zone:String}))),
  {by:String} = 'month', toString(toStartOfMonth(toDate(at, {zone:String}))),
  '')
