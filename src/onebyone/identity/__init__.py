"""Who is who (specs/measurement.md 3).

Owns:  which values may name a person, numbers for identifiers, the rules that turn stated facts into persons.
Takes: facts: an event, an operator or a link between domains said that two identifiers belong together, and when.
Gives: whose a browser was at which time; clusters of identifiers, with the edges that a limit refused.
Never: I/O; a clock; an address, a user agent or a name as an identifier.
"""
