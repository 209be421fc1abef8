"""The questions the store answers: a file of SQL each.

Owns:  the reports, their parameters, and the models that SQL cannot say.
Takes: a store, and parameters as Python values.
Gives: rows.
Never: SQL in Python, money added across currencies, a number without its site.
"""
