"""May we?

Owns:  the decision: what of an event, a cookie, an address may be kept; the readers of consent signals (TCF, GPP,
       us_privacy, Google); the rules of regions as data.
Takes: what the page, the browser and the sender said, what is known of the person, where they are, what a site decided.
Gives: the permissions in force with their sources; what a signal says, or `Unreadable` with its code.
Never: I/O; a clock; a guess in favour of yes where somebody said no.
"""
