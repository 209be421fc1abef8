"""What the pixel missed: the orders that only the server saw, with an interval."""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import Struct

Z_95 = 1.959964


class Interval(Struct, frozen=True):
    low: float
    high: float


class Loss(Struct, frozen=True):
    """Of orders that a server saw. None where there is nothing to divide by."""

    missed: int  # orders that no browser reported
    orders: int  # orders that the server reported
    share: float | None  # missed by browsers
    share_95: Interval
    uplift: float | None  # what counting both adds to a count by browsers alone
    uplift_95: tuple[float, float | None]


def wilson(hits: float, of: float, z: float = Z_95) -> Interval:
    """The interval of a share. Of nothing it is everything; parts of a whole number are what a wider interval asks for.

    Raises ValueError unless 0 <= hits <= of.
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of}")
    if of == 0:
        return Interval(low=0.0, high=1.0)
    share, spread = hits / of, z * z / of
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    low = 0.0 if hits == 0 else centre - half  # exact at the ends, where rounding would leave 1e-17
    high = 1.0 if hits == of else centre + half
    return Interval(low=low, high=high)


def loss(seen_by: Mapping[str, int]) -> Loss:
    """From the one row of the report `seen_by`."""
    both, browser_only, server_only = seen_by["both"], seen_by["browser_only"], seen_by["server_only"]
    by_server, by_browser = both + server_only, both + browser_only
    of_all = wilson(server_only, by_server + browser_only)
    return Loss(
        missed=server_only,
        orders=by_server,
        share=server_only / by_server if by_server else None,
        share_95=wilson(server_only, by_server),
        uplift=server_only / by_browser if by_browser else None,
        uplift_95=(of_all.low / (1 - of_all.low), None if of_all.high == 1 else of_all.high / (1 - of_all.high)),
    )
