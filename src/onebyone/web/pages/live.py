"""Live: what is arriving right now?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import FromQuery
from markupsafe import Markup
from msgspec import Struct

from onebyone.reports.filters import DROPS
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import numbers
from onebyone.web.access import Ask, TheSite
from onebyone.web.address import Narrows, View
from onebyone.web.chart import Minute, minutes_chart
from onebyone.web.desk import Answer, Desk, Row, TheDesk
from onebyone.web.frame import frame, page
from onebyone.web.hit_row import HitRow, hit_row
from onebyone.web.view import asked, controls, filters_of

SHOW = {"everything": "everything, also machines and drops", "people": "people only", "drops": "drops only"}
FIRST_LOOK = timedelta(minutes=30)
ROWS = 60
NARROWS = Narrows(tuple(DROPS), "What was dropped is here too, and keeps too little.")
NOBODY = "00000000-0000-0000-0000-000000000000"


class Stream(Struct, frozen=True, kw_only=True):
    rows: list[HitRow]
    answer: Answer
    poll: str  # where to ask for what comes after these rows


class Beside(Struct, frozen=True, kw_only=True):
    """The right-hand side: people, minutes, fates, pages."""

    people: Answer
    minutes: Answer
    chart: Markup
    hits: int
    fates: Answer
    received: int
    pages: Answer


@get("/s/{site_id:str}/live", sync_to_thread=True, include_in_schema=False)
def live(request: Ask, desk: TheDesk, site: TheSite, show: FromQuery[str] = "everything") -> Response[str]:
    show = show if show in SHOW else "everything"
    view = asked(request, desk, site, ("show",), narrows=NARROWS)
    around = frame(request, desk, "Live", site=site, page="live")
    stream = _stream(desk, site, view, show, (desk.clock() - FIRST_LOOK, NOBODY, 0))
    beside = _beside(desk, site, view, around.now)
    return page(
        desk,
        "live.html",
        around,
        view=view,
        stream=stream,
        beside=beside,
        show=show,
        shows=SHOW,
        **controls(view, desk, site, compares=False),
    )


@get("/s/{site_id:str}/live/new", sync_to_thread=True, include_in_schema=False)
def live_new(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    after_at: FromQuery[datetime],
    after_hit: FromQuery[str],
    after_n: FromQuery[int],
    show: FromQuery[str] = "",
) -> Response[Any]:
    """What came after the cursor, as rows; 204 if nothing did."""
    view = asked(request, desk, site, ("show",), narrows=NARROWS, but=("after_at", "after_hit", "after_n"))
    after_at = after_at if after_at.tzinfo else after_at.replace(tzinfo=UTC)
    oldest = max(after_at, desk.clock() - FIRST_LOOK)  # a filter that fits nothing would read more every second
    stream = _stream(desk, site, view, show, (oldest, after_hit, after_n))
    if not stream.rows and not stream.answer.rows:
        return Response(None, status_code=204)
    around = frame(request, desk, "Live", site=site, page="live")
    return page(desk, "live_part.html", around, stream=stream, view=view, beside=_beside(desk, site, view, around.now))


ROUTES = (live, live_new)


def _stream(desk: Desk, site: Site, view: View, show: str, after: tuple[datetime, str, int]) -> Stream:
    at, hit, n = after
    cursor: dict[str, Param] = {"after_at": at, "after_hit": hit, "after_n": n}
    answer = desk.ask("live", site=site.id, limit=ROWS, **cursor, **filters_of(view))
    newest = answer.first
    if newest:
        cursor = {"after_at": newest["received_at"], "after_hit": newest["hit"], "after_n": newest["n"]}
    else:
        cursor["after_at"] = at.isoformat()
    rows = [hit_row(row, site=site.id, zone=site.zone) for row in answer.rows if _wanted(row, show)]
    kept = [("show", show), ("segment", view.get("segment")), *((one.key, one.text) for one in view.filters)]
    poll = urlencode([*cursor.items(), *((key, text) for key, text in kept if text)])
    return Stream(rows=rows, answer=answer, poll=f"/s/{site.id}/live/new?{poll}")


def _wanted(row: Row, show: str) -> bool:
    if show == "people":
        return bool(row["fate"] == "kept" and row["actor"] in ("human", "human_proxied", "suspect"))
    return show != "drops" or row["fate"] != "kept"


def _beside(desk: Desk, site: Site, view: View, people: Answer) -> Beside:
    clock, filters = desk.clock(), filters_of(view)
    minutes = desk.ask("live_minutes", site=site.id, to=clock, **filters)
    fates = desk.ask("live_fates", site=site.id, to=clock, **filters)
    hits = sum(row["people"] + row["machines"] for row in minutes.rows)
    title = f"Hits a minute in the last half hour, {numbers.count(hits)} in all."
    return Beside(
        people=people,
        minutes=minutes,
        chart=minutes_chart(_minutes(minutes.rows, clock, site.zone), title=title),
        hits=hits,
        fates=fates,
        received=sum(fates.first.get(key) or 0 for key in ("kept", "dropped", "failed")),
        pages=desk.ask("live_pages", site=site.id, to=clock, limit=6, **filters),
    )


def _minutes(rows: list[Row], clock: datetime, zone: str) -> list[Minute]:
    """Thirty bars, also where nothing arrived."""
    found = {datetime.fromisoformat(row["minute"]): row for row in rows}
    first = clock.replace(second=0, microsecond=0) - timedelta(minutes=29)
    bars = []
    for start in (first + timedelta(minutes=n) for n in range(30)):
        row = found.get(start, {"people": 0, "machines": 0, "orders": 0})
        bars.append(
            Minute(
                label=numbers.clock(start, zone)[:5],
                people=row["people"],
                machines=row["machines"],
                orders=row["orders"],
            )
        )
    return bars
