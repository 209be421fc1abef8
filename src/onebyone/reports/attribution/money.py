"""Money shared out to the cent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction


def split(minor: int, shares: Sequence[float]) -> list[int]:
    """By largest remainder, of equal remainders the earlier first; adds up exactly.

    Shares are in proportion, at least 0, and need not add up to 1. Raises ValueError where they are all 0.
    """
    exact = [Fraction(share) for share in shares]
    whole = sum(exact)
    if whole <= 0 or min(exact) < 0:
        raise ValueError(f"cannot share {minor} by {list(shares)}")
    due = [minor * share / whole for share in exact]
    parts = [math.floor(one) for one in due]
    left = minor - sum(parts)
    fractional = [place for place, one in enumerate(due) if one != parts[place]]
    fractional.sort(key=lambda place: (-round(float(due[place] - parts[place]), 9), place))  # 1e-17 decides nothing
    for place in fractional[:left]:
        parts[place] += 1
    return parts
