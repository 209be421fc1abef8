"""A dashboard as a file: one page that needs no other, and its figures as lines of a mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from markupsafe import Markup
from msgspec import Struct

from onebyone.reports import Runs
from onebyone.state.saved import Saved
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import board, numbers
from onebyone.web.address import EVERY_FIELD, Segment, View, read_view
from onebyone.web.desk import Answer
from onebyone.web.render import Pages

OF_BOARD = "board:"  # begins what stands for a dashboard among reports
_LINK = re.compile(r' href="/[^"]*"')
_OWN = ("period", "from", "to", "after")


class Clocked(Struct, frozen=True):
    """Answers a dashboard at one moment. What reports raise is raised."""

    reports: Runs
    at: datetime

    def ask_all(self, questions: Mapping[str, tuple[str, Mapping[str, Param]]], /) -> dict[str, Answer]:
        return {key: Answer(self.reports.run(name, **given).dicts()) for key, (name, given) in questions.items()}

    def clock(self) -> datetime:
        return self.at

    def today(self, zone: str, /) -> date:
        return self.at.astimezone(ZoneInfo(zone)).date()


class BoardFile(Struct, frozen=True):
    """`figures` are lines of text: a mail says them itself."""

    body: bytes
    figures: list[str]


def view_of_board(
    found: Saved, query: str, days: Mapping[str, str], *, now: datetime, segments: Mapping[str, Segment]
) -> View:
    """Its own filters, or those of `query` where there are any, of these days. Raises NotUnderstood."""
    pairs = [(key, value) for key, value in parse_qsl(query or found.query) if key not in _OWN and key not in days]
    today = now.date()
    return read_view(
        f"/s/{found.site}/dashboards/{found.slug}",
        [*pairs, *days.items()],
        today=today,
        since=today,
        now=now,
        narrows=EVERY_FIELD,
        segments=segments,
    )


def board_file(pages: Pages, asks: board.Asks, site: Site, found: Saved, view: View, *, base: str) -> BoardFile:
    """`base` is how the console is reached, for links; "" leaves them out. Raises what reports raise."""
    now, cells = asks.clock(), board.fill(asks, site, view, found.cells)[0]
    today = asks.today(site.zone)
    html = pages.html(
        "board_file.html",
        css=Markup(pages.text("console.css")),
        board=found,
        site=site,
        rows=board.rows_of(cells),
        days=numbers.days(view.period.first, view.period.last, today),
        before=numbers.days(view.before_so_far.first, view.before_so_far.last, today) if view.before_so_far else "",
        narrowed=", ".join(str(one) for one in view.conditions),
        made=numbers.moment(now, site.zone),
    )
    figures = [f"{one.title}: {one.figure.text} {one.figure.change}".rstrip() for one in cells if one.figure]
    return BoardFile(_linked(html, base).encode(), figures)


def _linked(html: str, base: str) -> str:
    return html.replace(' href="/', f' href="{base}/') if base else _LINK.sub("", html)
