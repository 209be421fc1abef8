"""Conversions to the platforms that want them.

Owns:  one file per conversion API: the request that it takes and how to read its answers; user data in each one's form.
Takes: conversions with their raw user data, settings, a moment.
Gives: requests, refusals by name, and an answer read as sent, retry or rejected.
Never: a socket, a clock, a decision about consent; a raw e-mail address or phone number where a hash is wanted.
"""
