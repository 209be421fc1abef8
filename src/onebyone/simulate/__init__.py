"""Traffic whose truth is known.

Owns:  the demo shop, the seeded people and their orders, the comparison of truth with measurement.
Takes: public addresses and a server key.
Gives: HTTP requests as browsers, bots and a shop's backend send them; a file that says what really happened.
Never: a look behind the public HTTP surface.
"""
