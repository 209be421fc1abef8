"""Hit to Event or Drop, through an ordered tuple of steps.

Owns:  decoding every way in, the steps and their order, the fate of every sighting.
Takes: Hits from the log "hits"; sites and claims from the state.
Gives: Events and ended sightings in the log "events", dead letters.
Never: HTTP; a database of reports; a look at what a later room will do with an event.
"""
