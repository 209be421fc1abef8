"""The one place that knows every room.

Owns:  settings, wiring, processes and their supervisor, the command line.
Takes: arguments, a settings file, signals.
Gives: a running platform; exit codes.
Never: a decision that belongs to a room.
"""
