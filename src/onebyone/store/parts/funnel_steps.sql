{steps:Array(String)} AS asked,
arrayMap(x -> splitByChar(':', x)[1], asked) AS names,
arrayMap(x -> if(position(x, ':') > 0, substring(x, position(x, ':') + 1), ''), asked) AS paths
