"""Conversions counted once: which sightings are copies of one thing, and what they say of it together.

`copies` says what a copy is and by which keys it may be known, `matching` which copies belong together, `merging` what
they make, `adjusting` what refunds leave of it, `records` which record holds them, `counting` does it all for a batch.
All but the last are pure, and functions of a set of copies: no order of arrival is an argument (docs/decisions/0020).
"""
