"""The few facts that must be transactional.

Owns:  sites, server keys, users, keys already counted, the loader's bounds.
Takes: plain values.
Gives: plain values, in one transaction each.
Never: events; anything the log or the store can answer.
"""
