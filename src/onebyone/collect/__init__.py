"""The hot path: a request becomes a durable Hit, then it is answered.

Owns:  the public HTTP surface, limits, the visitor cookie, the group commit.
Takes: requests; sites and keys from the state, held in memory.
Gives: Hits in the log "hits".
Never: look into a hit beyond its ids and shapes; a database on the way of a request.
"""
