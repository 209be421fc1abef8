"""Who gets the credit: models over the paths of touches that SQL cannot say.

Owns:  paths, windows and their presets, every model by its name, the split of money, and the measures of lift.
Takes: paths with counts, or one person's touches and conversions; for sampling, a source of randomness.
Gives: credits by channel or by touch, what none could be given for, and what to be careful about.
Never: SQL, a store, a clock, a conversion dropped, or a claim that a model proves a cause.
"""
