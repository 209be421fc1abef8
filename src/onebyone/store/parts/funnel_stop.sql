({without:String} != '' AND name = splitByChar(':', {without:String})[1]
  AND (position({without:String}, ':') = 0 OR path = substring({without:String}, position({without:String}, ':') + 1)))
