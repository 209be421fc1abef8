concat(events.actor, '\n', events.agent, '\n', toString(events.confidence), '\n', arrayStringConcat(events.reasons, ','))
