"""The list behind what the Ledger kept: events by when they were received."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from onebyone.state.sites import Site
from onebyone.web import listed, numbers, words
from onebyone.web.address import NO_FIELD, View
from onebyone.web.desk import Row
from onebyone.web.hit_row import what
from onebyone.web.listed import Line, List, Of

BY = "kept"


def _shown(rows: Sequence[Row], _: View, site: Site, today: date) -> List:
    count = rows[0]["counted"] if rows else 0
    was = "was" if count == 1 else "were"
    return List(
        title="Kept one by one",
        says=f"{numbers.count(count)} {was} received and kept, the newest first.",
        heads=[
            ("Event", ""),
            ("Received", "n"),
            ("Happened", "n p2"),
            ("What", ""),
            ("Where, on", "p2"),
            ("Via", "p2"),
        ],
        lines=[
            Line(
                name=row["name"],
                href=f"/s/{site.id}/fate/{row['hit']}/{row['n']}",
                cells=[
                    listed.when(row["received_at"], site, today),
                    listed.when(row["at"], site, today),
                    what(row),
                    listed.place(row),
                    words.VIAS[row["via"]].title,
                ],
            )
            for row in rows
        ],
        after=listed.after(rows, "received_at", "hit", "n"),
        empty="Nothing that was received in this period was kept.",
    )


LIST = Of(
    report="kept_events",
    page=("ledger", "Ledger"),
    menu="ledger",
    params=lambda _: {},
    shown=_shown,
    narrows=NO_FIELD,
    takes_traffic=False,
)
