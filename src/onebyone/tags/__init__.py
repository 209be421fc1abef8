"""The script that feeds the collector, made for one site.

Owns:  the tag's source and its committed bundle, the snippet that a page carries.
Takes: a site.
Gives: bytes to serve, text to paste.
Never: a request, a visitor, a decision about consent.
"""
