-- of an event: when, whether it is left out (then it sorts before the others of its millisecond), and which of the steps
toUInt64(toUnixTimestamp64Milli(at)) * 512 + if({{funnel_stop}}, 0, 256) + if(fits,
  (name = names[1] AND (paths[1] = '' OR paths[1] = path)) + (name = names[2] AND (paths[2] = '' OR paths[2] = path)) * 2
  + (name = names[3] AND (paths[3] = '' OR paths[3] = path)) * 4 + (name = names[4] AND (paths[4] = '' OR paths[4] = path)) * 8
  + (name = names[5] AND (paths[5] = '' OR paths[5] = path)) * 16 + (name = names[6] AND (paths[6] = '' OR paths[6] = path)) * 32
  + (name = names[7] AND (paths[7] = '' OR paths[7] = path)) * 64 + (name = names[8] AND (paths[8] = '' OR paths[8] = path)) * 128, 0)
