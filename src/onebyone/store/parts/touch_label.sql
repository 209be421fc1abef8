-- what a session is called as a touch, by what the models are to share among
multiIf(
  {by:String} = 'campaign', if(campaign IN ('', '(not set)'), concat('(no campaign) ', channel), toString(campaign)),
  {by:String} = 'source', concat(source, ' / ', medium),
  channel = '', 'Unassigned', toString(channel))
