"""Columns: which header means which field, known or told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from onebyone.reports.reconciliation.platforms import FIELDS, Platform
from onebyone.reports.reconciliation.sheet import BadExport, plain

NEEDED = ("conversions",)  # beside a campaign


class Columns(Struct, frozen=True):
    """Field to the number of its column."""

    places: dict[str, int]

    def cell(self, row: Sequence[str], field: str) -> str:
        place = self.places.get(field)
        return row[place] if place is not None and place < len(row) else ""

    def __contains__(self, field: str) -> bool:
        return field in self.places

    @property
    def missing(self) -> list[str]:
        lost = [] if "campaign" in self or "campaign_id" in self else ["campaign"]
        counts = ("conversions", "results", "conversions_by_time")
        return lost + ([] if any(field in self for field in counts) else ["conversions"])


def find_columns(header: Sequence[str], platform: Platform) -> Columns:
    """By the platform's own names, the earlier name of a field before the later."""
    heads = [plain(cell) for cell in header]
    places: dict[str, int] = {}
    for field, names in platform.columns.items():
        place = next((heads.index(name) for name in names if name in heads), None)
        if place is not None:
            places[field] = place
    return Columns(places)


def told_columns(header: Sequence[str], told: Mapping[str, str], platform: Platform | None) -> Columns:
    """What somebody said, over what the platform's own names say. Raises BadExport for a column that is not there."""
    places = dict(find_columns(header, platform).places) if platform else {}
    heads = [plain(cell) for cell in header]
    for field, name in told.items():
        if field not in FIELDS:
            raise BadExport(f"There is no field {field!r}. Fields: {', '.join(FIELDS)}.")
        if not name:
            places.pop(field, None)
        elif plain(name) in heads:
            places[field] = heads.index(plain(name))
        else:
            raise BadExport(f"The file has no column {name!r}. Its columns: {', '.join(header)}.")
    return Columns(places)


def recognise(header: Sequence[str], platforms: Mapping[str, Platform]) -> list[str]:
    """The platforms that this header can be of, the likeliest first; several are equally likely where that is so."""
    heads = {plain(cell) for cell in header}
    scores = {
        name: (len(heads.intersection(one.only_here)), len(find_columns(header, one).places))
        for name, one in platforms.items()
    }
    best = max(scores.values())
    return [name for name, score in scores.items() if score == best] if best[0] else []
