"""The whole story of one hit, sighting, event or order: all rows of the store that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct

from onebyone.store import Param, Rows

NO_HIT = "00000000-0000-0000-0000-000000000000"


class Runs(Protocol):
    """Reports here, or those of the engine behind its socket."""

    def run(self, name: str, /, **params: Param) -> Rows: ...


class Fate(Struct, frozen=True):
    """All columns of the tables, in the order of arrival. Both empty: the store knows nothing of that id."""

    events: list[dict[str, Any]]
    drops: list[dict[str, Any]]


def find_fate(reports: Runs, site: str, id: str, *, limit: int = 1000) -> Fate:
    """Asks for the id, then once more with the orders and sightings found, so that copies are there too."""
    found = _ask(reports, site, [id], limit)
    wider = _related(found) - {id}
    return _ask(reports, site, [id, *sorted(wider)], limit) if wider else found


def _ask(reports: Runs, site: str, ids: Sequence[str], limit: int) -> Fate:
    params: dict[str, Param] = {"site": site, "ids": ids, "limit": limit}
    return Fate(events=reports.run("fate_events", **params).dicts(), drops=reports.run("fate_drops", **params).dicts())


def _related(fate: Fate) -> set[str]:
    orders = {row["order_id"] for row in (*fate.events, *fate.drops)}
    kept = {f"{row['hit']}/{row['n']}" for row in fate.events}
    of = {f"{row['of_hit']}/{row['of_n']}" for row in fate.drops if row["of_hit"] != NO_HIT}
    return (orders | kept | of) - {""}
