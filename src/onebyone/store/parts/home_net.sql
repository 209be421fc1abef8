-- an order of another currency counts, without its money
if(currency IN ('', {currency:String}), net, 0)
