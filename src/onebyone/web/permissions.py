"""Consent in words: what an event was allowed, who decided it, and what was taken away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from onebyone.consent.vocabulary import Mode, Source
from onebyone.event import Permission, utc
from onebyone.reports.filters import Condition
from onebyone.state.consent_records import Entry
from onebyone.web import countries, numbers
from onebyone.web.address import Narrows, View
from onebyone.web.behind_address import at, joined
from onebyone.web.desk import Row
from onebyone.web.tables import Cell

NARROWS = Narrows(
    ("country", "host", "page"),
    "Of people who declined nothing else is kept: among the rest nearly everybody would seem to agree.",
)
NAMES: Mapping[Permission, str] = {
    Permission.ANALYTICS: "Statistics",
    Permission.ADS_STORAGE: "Ad click ids",
    Permission.ADS_SHARE: "Share with ad platforms",
    Permission.ADS_PERSONALIZE: "Personalised ads",
    Permission.FUNCTIONAL: "Site functions",
    Permission.PERSONALIZE_SITE: "Recommendations",
    Permission.SELL_SHARE: "Sale and sharing (US)",
    Permission.EMAIL_OPENS: "Open tracking",
    Permission.FINGERPRINT: "Device scan",
    Permission.PRECISE_GEO: "Exact place",
}  # security is always allowed, and never shown as a choice
_SOURCES = {
    Source.USER: "the person",
    Source.TCF: "a TC string",
    Source.GPP: "a GPP string",
    Source.USP: "a us_privacy string",
    Source.GPC: "Global Privacy Control",
    Source.DNT: "Do Not Track",
    Source.REGION: "default of the place",
    Source.SITE: "setting of this site",
    Source.SUPPRESSED: "erasure or objection",
    "gcs": "an unreadable gcs parameter",
    "gcd": "an unreadable gcd parameter",
}
_WITHHELD: Mapping[str, str] = {
    Mode.OWN: "Reported by your own server: its facts are kept, whom it was about is not.",
    Mode.PING: "Kept as one event without any identifier.",
    Mode.COUNT: "Counted as a page view of a country, and no more is known of it.",
    Mode.DROP: "Nothing is collected here of who refuses.",
}


_ALLOWED: Mapping[str, tuple[str, ...]] = {  # of a column: the values of the filter
    "with_statistics": ("all", "statistics"),
    "with_ads": ("ads", "all"),
}
_ROWS: Mapping[str, str] = {"withheld_views": "withheld", "chosen": "chosen"}  # of a column: the row of events


class Granted(Struct, frozen=True):
    name: str
    granted: bool


class Line(Struct, frozen=True, kw_only=True):
    """A row of the Consent page: of a day, a country or a source."""

    day: str = ""
    name: str
    share: float
    cells: list[Cell]


class Choice(Struct, frozen=True, kw_only=True):
    """A record in one line."""

    at: str
    state: str
    given: str
    region: str
    by: str
    record: str


def of_bits(permissions: int) -> list[Granted]:
    return [Granted(name, bool(permissions & permission.bit)) for permission, name in NAMES.items()]


def of_source(source: str) -> str:
    """What decided, within a sentence."""
    if source.startswith("cmp:"):
        return f"{source[4:].capitalize()}, as the person chose"
    return _SOURCES.get(source, "nobody yet")


def note_of(row: Row) -> str:
    """Who decided, where, and what that took away; "" for a row that consent did not see."""
    if not row.get("permissions"):
        return ""
    region = row.get("region") or ""
    where = f", in {place_of(region)}" if region else ", in a place that nobody knows"
    taken = _WITHHELD.get(row.get("withheld") or "", "")
    return f"Decided by {of_source(row['consent_source'])}{where}. {taken}".strip()


def place_of(region: str) -> str:
    """ "Germany", or "United States (US-CA)"."""
    country = countries.name(region[:2]) if region else countries.UNKNOWN
    return f"{country} ({region})" if "-" in region else country


def lines(rows: list[Row], named: str, view: View) -> list[Line]:
    """Rows of a report with their shares; the bar is the share of the most viewed."""
    most = max((row["views"] for row in rows), default=1) or 1
    return [
        Line(
            day=numbers.day(date.fromisoformat(str(row["date"]))) if "date" in row else "",
            name=_first_large(of_source(row[named])) if named == "consent_source" else place_of(row[named]),
            share=row["views"] / most,
            cells=_cells(row, named, view),
        )
        for row in rows
    ]


def _first_large(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cells(row: Row, named: str, view: View) -> list[Cell]:
    whose = {"by": "decided", "is": joined([row[named]])} if named == "consent_source" else {}
    more = [] if whose else [Condition("country", "=", (row[named],))]
    days = {"from": str(row["date"]), "to": str(row["date"])} if "date" in row else {}

    def behind(part: str) -> str:
        narrower = [*more, Condition("consent", "=", _ALLOWED[part])] if part in _ALLOWED else more
        by = {"by": _ROWS[part]} if part in _ROWS else {}
        return at(view, "events", {"event": "page_view", **days, **whose, **by}, *narrower)

    parts = [name for name in (*_ALLOWED, *_ROWS) if name in row]
    shares = [Cell(numbers.share(row[part], row["views"]), href=behind(part) if row[part] else "") for part in parts]
    return [Cell(numbers.count(row["views"]), href=behind("")), *shares]


def choice(entry: Entry, zone: str) -> Choice:
    body: dict[str, Any] = entry.read()
    purposes = body.get("processing", {}).get("purposes", [])
    given = [NAMES.get(Permission(purpose["name"]), "") for purpose in purposes if purpose["state"] == "given"]
    return Choice(
        at=numbers.moment(utc(entry.at_ms), zone),
        state=body.get("events", [{}])[-1].get("state", ""),
        given=", ".join(given) or "nothing",
        region=place_of(body.get("region", "")),
        by=_first_large(body.get("button") or of_source(body.get("source", ""))),
        record=entry.record,
    )
