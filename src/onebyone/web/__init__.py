"""The console, its JSON API and /metrics.

Owns:  pages, addresses, words, the look of a number and of a chart; logins and who may see what.
Takes: rows of reports, the state's sites, keys and users, how much waits.
Gives: HTML, JSON, CSV.
Never: a figure of its own making; SQL; a request to another host.
"""
