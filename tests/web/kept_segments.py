"""A segment that is kept, with its people of the last weeks."""

from __future__ import annotations

import math
from datetime import timedelta

from onebyone.state.saved import Saved
from onebyone.state.segment_sizes import Size
from onebyone.web.segment_days import digest_of
from web.fakes import Place
from web.month import NOW

RULE = "people who\n  did purchase at least 2 times"


def add_segment(place: Place) -> Saved:
    for n in range(1, 61):
        size = Size(day=NOW.date() - timedelta(days=n), people=round(1204 - 4 * n + 25 * math.sin(n)), everybody=31_877)
        place.segment_sizes.put(place.site.id, digest_of(RULE), size)
    return place.shelf.add(
        Saved(site=place.site.id, kind="segment", slug="", name="Buyers", by="u", by_name="lea", rule=RULE)
    )
