arrayExists(
    n -> arraySlice({rows:Array(String)}, n * length(named) + 1, length(named)) = named,
    range(intDiv(length({rows:Array(String)}), greatest(length(named), 1))))
