"""What the ad platforms say, beside what happened, and why the two differ.

Owns:  reading the platforms' exports, matching their campaigns with ours, the fixed steps that explain a difference.
Takes: the bytes of a file, rows of a report, a mapping that somebody made.
Gives: normalised rows with what to be careful about, matches, ladders of steps with a residual.
Never: I/O, a clock, a platform's number added to ours, or a 0 for what is not known.
"""
