"""What stands around every page: the site, the menu, the health line; and the answer it is sent as."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from litestar import MediaType, Response
from msgspec import Struct
from msgspec.structs import replace

from onebyone.state.saved import Saved
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import nothing_yet, numbers
from onebyone.web.access import Ask, form_token
from onebyone.web.desk import Answer, Desk, Row
from onebyone.web.needs import stopped_destinations
from onebyone.web.saved import may_change, open_to
from onebyone.web.waiting import Counts

MENU: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (  # group, then page and its name
    ("", (("overview", "Overview"), ("live", "Live"))),
    (
        "Count",
        (
            ("conversions", "Conversions"),
            ("loss", "Loss"),
            ("attribution", "Attribution"),
            ("reconciliation", "Reconciliation"),
            ("ledger", "Ledger"),
        ),
    ),
    (
        "Behaviour",
        (
            ("acquisition", "Acquisition"),
            ("pages", "Pages"),
            ("events", "Events"),
            ("funnels", "Funnels"),
            ("retention", "Retention"),
            ("experiments", "Experiments"),
            ("email", "E-mail"),
            ("explore", "Explore"),
        ),
    ),
    ("People", (("people", "People"), ("consent", "Consent"))),
    ("Pixels", (("destinations", "Destinations"), ("traffic", "Traffic quality"))),
    ("", (("settings", "Settings"),)),
)


class Frame(Struct, frozen=True, kw_only=True):
    title: str
    user: str
    csrf: str
    is_admin: bool  # of every site
    site: Site | None = None
    page: str = ""
    now: Answer = Answer()  # people on the site
    stopped: int = 0  # destinations
    hits_a_minute: int = 0
    counts: Counts | None = None
    checked_at: str = ""
    refresh: str = ""  # an address to go to by itself
    views: list[Saved] = []  # kept under a name, that this user may open
    segments: list[Saved] = []
    boards: list[Saved] = []  # dashboards, those that this user may change
    may_edit: bool = False  # segments and shared views


def frame(request: Ask, desk: Desk, title: str, *, site: Site | None = None, page: str = "") -> Frame:
    now, minutes, clock = Answer(), Answer(), desk.clock()
    kept = open_to(desk, site, request.user) if site else []
    if site:
        now = desk.ask("live_now", site=site.id, to=clock)
        minutes = desk.ask("live_minutes", site=site.id, to=clock)
    return replace(
        _unasked(request, title, site, page),
        now=now,
        stopped=len(stopped_destinations(desk, site)) if site else 0,
        hits_a_minute=hits_a_minute(minutes.rows, clock),
        counts=desk.counts(),
        checked_at=numbers.clock(clock, site.zone if site else "UTC"),
        views=[one for one in kept if one.kind == "view"],
        segments=[one for one in kept if one.kind == "segment"],
        boards=[one for one in kept if one.kind == "board" and may_change(one, request.user)],
        may_edit=bool(site and request.user.may(site.id, Role.EDITOR)),
    )


def unasked_frame(request: Ask, title: str) -> Frame:
    """What stands around a page that says what went wrong: nothing is asked for it, so that it comes whatever fails."""
    site = getattr(request.state, "site", None)  # of who may see it: `open_site` leaves it there
    at = request.scope["path"].split("/")
    return _unasked(request, title, site, at[3] if site and len(at) > 3 else "")


def _unasked(request: Ask, title: str, site: Site | None, page: str) -> Frame:
    return Frame(
        title=title,
        user=request.user.name,
        csrf=form_token(request.auth),
        is_admin=request.user.may_everywhere(Role.ADMIN),
        site=site,
        page=page,
    )


def hits_a_minute(rows: list[Row], clock: datetime) -> int:
    """The mean of the last five whole minutes, of the rows of `live_minutes`."""
    ends = clock.replace(second=0, microsecond=0)
    recent = [row for row in rows if ends - timedelta(minutes=5) <= datetime.fromisoformat(row["minute"]) < ends]
    total: int = sum(row["people"] + row["machines"] for row in recent)
    return round(total / 5)


def page(desk: Desk, template: str, frame: Frame, *, status: int = 200, **values: Any) -> Response[str]:
    """`ever` among the values is the answer of `ledger_totals`: before the first hit a page says what will be here."""
    ever = values.get("ever")
    teaches = frame.page in nothing_yet.WORDS and not values.get("teach")
    if teaches and ever is not None and not ever.error and not any(ever.first.values()):
        template, values = "nothing_yet.html", {"will": nothing_yet.WORDS[frame.page]}
    html = desk.pages.html(template, frame=frame, menu=MENU, **values)
    return Response(html, media_type=MediaType.HTML, status_code=status)
