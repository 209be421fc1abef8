-- of `found`, the oldest first: what `reduce` leaves; '' leaves all of them
multiIf(
  {reduce:String} = 'exposure', arrayFilter((t, i) -> i = 1 OR found[i - 1].2 != t.2, found, arrayEnumerate(found)),
  {reduce:String} = 'first', arrayFilter((t, i) -> indexOf(tupleElement(found, 2), t.2) = i, found, arrayEnumerate(found)),
  {reduce:String} = 'frequency', arrayMap(
    t -> (t.1, concat(t.2, '(', toString(countEqual(tupleElement(found, 2), t.2)), ')'), t.3, t.4),
    arrayFilter((t, i) -> indexOf(tupleElement(found, 2), t.2) = i, found, arrayEnumerate(found))),
  startsWith({reduce:String}, 'last_'), arraySlice(found, -greatest(toInt64OrZero(substring({reduce:String}, 6)), 1)),
  NOT arrayExists(t -> NOT t.3, found), found,
  {reduce:String} = 'no_last_direct', arraySlice(found, 1, arrayLastIndex(t -> NOT t.3, found)),
  {reduce:String} = 'no_direct', arrayFilter(t -> NOT t.3, found),
  found)
