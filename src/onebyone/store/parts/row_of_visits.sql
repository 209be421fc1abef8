multiIf(
    {by:String} = 'channel', [if(line.channel = '', 'Unassigned', line.channel)],
    {by:String} = 'source', [line.source, line.medium],
    {by:String} = 'campaign', [line.campaign, line.source, line.medium],
    {by:String} = 'term', [line.term, line.campaign], {by:String} = 'content', [line.content, line.campaign],
    {by:String} = 'referrer', [line.referrer_host],
    {by:String} = 'landing', [line.host, line.path],
    [])
