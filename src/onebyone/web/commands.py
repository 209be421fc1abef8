"""What Find does beside finding: other days or another comparison for the page before, its file, things to make."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct

from onebyone.reports.filters import FIELDS, takes
from onebyone.state.sites import Site
from onebyone.state.users import Role, User
from onebyone.web import numbers
from onebyone.web.address import KEYS
from onebyone.web.definitions import FILES
from onebyone.web.period import PRESETS, Period, PeriodUnreadable
from onebyone.web.period_text import read_period
from onebyone.web.saved import PAGES, read_at

_COMPARES = ("overview", "acquisition", "pages", "engagement", "errors", "events", "conversions")
_FILES = {"acquisition": "channels", "events": "event_names"}  # of pages with several, the one that leads
_DAYS = ("period", "from", "to", "days", "after")


class Command(Struct, frozen=True):
    """`also` are words that it is found by, too."""

    name: str
    href: str
    also: str = ""


def commands(text: str, at: str, site: Site, user: User, today: date) -> list[Command]:
    """Those that hold the text, all of them without one. `at` is the address one came from; else it is the Overview."""
    page, query = read_at(site.id, at) or ("overview", "")
    given, name = parse_qsl(query), PAGES[page]
    days = [(key, value) for key, value in given if key not in _DAYS]
    found = [
        Command(f"{title} of {name}", _address(site, page, [("period", key), *days]), "period days")
        for key, (title, _) in PRESETS.items()
    ]
    if page in _COMPARES:
        rest = [(key, value) for key, value in given if key not in ("compare", "match")]
        found += [
            Command(
                f"Compare {name} with {with_}", _address(site, page, [("compare", key), *rest]), "comparison on off"
            )
            for key, with_ in (("previous", "the period before"), ("year", "a year before"), ("none", "nothing"))
        ]
    file = _FILES.get(page, page)
    if file in FILES:
        kept = [(key, value) for key, value in given if key in KEYS or takes(FIELDS, key.rstrip("!~"))]
        found.append(Command(f"Export {name} as CSV", _address(site, f"{file}.csv", kept), "download file"))
    if user.may(site.id, Role.EDITOR):
        found.append(Command("New segment", f"/s/{site.id}/segments", "add make audience"))
    found.append(Command("New dashboard", f"/s/{site.id}/dashboards", "add make board"))
    if user.may_everywhere(Role.ADMIN):
        found.append(Command("Add a site", "/#add", "new"))
    wanted = text.lower()
    listed = [one for one in found if wanted in f"{one.name} {one.also}".lower()]
    return [*_typed(text, site, page, days, today), *listed]


def _typed(text: str, site: Site, page: str, rest: list[tuple[str, str]], today: date) -> list[Command]:
    """Days in words, as the period picker takes them."""
    try:
        period = read_period(text, today)
    except PeriodUnreadable:
        return []
    return [Command(f"{_named(period, today)} of {PAGES[page]}", _address(site, page, [*_of(period), *rest]))]


def _named(period: Period, today: date) -> str:
    return numbers.days(period.first, period.last, today)


def _of(period: Period) -> list[tuple[str, str]]:
    return [("from", period.first.isoformat()), ("to", period.last.isoformat())]


def _address(site: Site, page: str, query: list[tuple[str, str]]) -> str:
    told = urlencode(query, safe="/.,:~!")
    return f"/s/{site.id}/{page}?{told}" if told else f"/s/{site.id}/{page}"
