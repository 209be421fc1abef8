"""A dashboard with a cell of every form."""

from __future__ import annotations

from collections.abc import Sequence

from onebyone.state.saved import Cell, Saved
from web.fakes import Place
from web.month import NOW

SLUG = "every-morning"
CELLS = (
    "metric:net-revenue", "metric:orders", "metric:missed-by-browsers", "chart:net-revenue", "table:channels",
    "explore?by=country,prop.theme&cols=people,revenue", "funnels?steps=page_view,purchase",
)  # fmt: skip


def add_board(
    place: Place, cells: Sequence[str] = CELLS, *, by: str = "u", shared: bool = True, query: str = ""
) -> Saved:
    return place.shelf.add(
        Saved(
            site=place.site.id, kind="board", slug="", name="Every morning", by=by, by_name="lea", shared=shared,
            cells=tuple(Cell(f"c{n}", what) for n, what in enumerate(cells)), query=query,
            made_ms=int(NOW.timestamp() * 1000),
        )
    )  # fmt: skip
