-- of an event of `names`: its moment, and which of the steps it is
toUInt64(toUnixTimestamp64Milli(at)) AS ms,
name = names[1] AND (paths[1] = '' OR paths[1] = path) AS is1, name = names[2] AND (paths[2] = '' OR paths[2] = path) AS is2,
name = names[3] AND (paths[3] = '' OR paths[3] = path) AS is3, name = names[4] AND (paths[4] = '' OR paths[4] = path) AS is4,
name = names[5] AND (paths[5] = '' OR paths[5] = path) AS is5, name = names[6] AND (paths[6] = '' OR paths[6] = path) AS is6,
name = names[7] AND (paths[7] = '' OR paths[7] = path) AS is7, name = names[8] AND (paths[8] = '' OR paths[8] = path) AS is8
