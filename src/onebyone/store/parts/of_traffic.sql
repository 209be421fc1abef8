({traffic:String} = 'all'
OR ({traffic:String} = 'people' AND (actor IN ('human', 'human_proxied') OR (actor = 'suspect' AND NOT spoofed)))
OR ({traffic:String} = 'machines' AND (startsWith(actor, 'machine_') OR actor = 'invalid'))
OR ({traffic:String} = 'unclear' AND actor = 'suspect'))
