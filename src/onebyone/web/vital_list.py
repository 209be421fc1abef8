"""The list behind a number of Web vitals: the loads that it counts, with what was measured of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import listed
from onebyone.web.address import NotUnderstood, View
from onebyone.web.behind_address import at, joined, split
from onebyone.web.desk import Row
from onebyone.web.listed import Line, List, Of
from onebyone.web.vital_words import CORE, MEASURES, device_name, written

BY = "loads"
_WIDTHS = {"page": 4, "device": 3}
_MEASURES = {one.key: one.name for one in MEASURES}


def of_page(view: View, kind: str, row: Row) -> str:
    return _link(view, kind, "page", row["host"], row["path"], row["device"])


def of_device(view: View, kind: str, row: Row) -> str:
    return _link(view, kind, "device", row["device"], row["measure"])


def _link(view: View, kind: str, *of: str) -> str:
    return at(view, kind, {"by": BY, "is": joined(of)})


def _params(view: View) -> Mapping[str, Param]:
    of = split(view.given.get("is", ""))
    if len(of) != _WIDTHS.get(of[0]) or (of[0] == "device" and of[2] not in _MEASURES):
        site = view.path.partition("/behind/")[0]
        raise NotUnderstood("Web vitals has no such number. ", "Show Web vitals", f"{site}/vitals", ".")
    return {"of": of}


def _says(view: View, count: int) -> str:
    kind, *named = split(view.given["is"])
    if kind == "page":
        host, path, device = named
        return f"{listed.count(count, 'load')} of {host}{path}, {device_name(device) or 'of no known device'}."
    device, measure = named
    return f"{listed.count(count, 'load')} with {_MEASURES[measure]}, {device_name(device)}."


def _shown(rows: Sequence[Row], view: View, site: Site, today: date) -> List:
    measures = [(one.name, "n" if one in CORE else "n p2") for one in MEASURES]
    return List(
        title="Loads one by one",
        says=_says(view, rows[0]["counted"] if rows else 0),
        heads=[("Page", ""), ("At", "n"), *measures],
        lines=[
            Line(
                name=row["path"],
                href=f"/s/{site.id}/fate/{row['hit']}",
                cells=[
                    listed.when(row["at"], site, today),
                    *(written(one, row[one.key]) for one in MEASURES),
                ],
            )
            for row in rows
        ],
        after=listed.after(rows, "at", "hit", "n"),
        empty="No such load was measured in this period.",
    )


LIST = Of(report="vital_list", page=("vitals", "Web vitals"), menu="pages", params=_params, shown=_shown)
