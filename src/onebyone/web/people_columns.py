"""The columns of People: which an address chose, in its order, and how a person's line is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from onebyone.reports.filters import Condition
from onebyone.reports.sorting import Sorts
from onebyone.state.sites import Site
from onebyone.web import countries, numbers
from onebyone.web.address import NotUnderstood, View
from onebyone.web.behind_address import at
from onebyone.web.desk import Row
from onebyone.web.heads import Head, direction, turned
from onebyone.web.table_place import sorted_by

KEY = "cols"
MOST_ROWS = 10_000  # of a file


class About(Struct, frozen=True):
    """For whom and when a line is written."""

    site: Site
    today: date
    shows_ids: bool


class Column(Struct, frozen=True):
    """`of` is the report's column. Classes: n for numbers, p2 to give way on a phone."""

    name: str
    css: str
    of: str
    write: Callable[[Row, About], str]


def _count(of: str) -> Callable[[Row, About], str]:
    return lambda row, _: numbers.count(row[of])


def _moment(of: str) -> Callable[[Row, About], str]:
    return lambda row, about: numbers.when(datetime.fromisoformat(row[of]), about.site.zone, about.today)


def _known_as(row: Row, about: About) -> str:
    if not row["user_id"]:
        return "not signed in"
    return str(row["user_id"]) if about.shows_ids else "signed in"


def _worth(row: Row, about: About) -> str:
    return numbers.money(row["revenue_minor"], about.site.currency) if row["orders"] else numbers.NONE


COLUMNS: Mapping[str, Column] = {
    "known": Column("Known as", "p2 sec", "user_id", _known_as),
    "browsers": Column("Browsers", "n p2", "browsers", _count("browsers")),
    "events": Column("Events", "n", "events", _count("events")),
    "views": Column("Views", "n", "views", _count("views")),
    "orders": Column("Orders", "n", "orders", _count("orders")),
    "revenue": Column("Revenue", "n", "revenue_minor", _worth),
    "country": Column("Country", "p2", "country", lambda row, _: countries.name(row["country"])),
    "device": Column("Device", "p2", "device", lambda row, _: row["device"].capitalize() or countries.UNKNOWN),
    "first": Column("First seen", "sec n p2", "first_at", _moment("first_at")),
    "last": Column("Last seen", "sec n", "last_at", _moment("last_at")),
}
_LISTS: Mapping[str, tuple[str, str]] = {  # of one person: the list, and its event
    "events": ("events", ""),
    "views": ("events", "page_view"),
    "orders": ("orders", ""),
}
USUAL_SORT = "-last_at"
USUAL = ("known", "browsers", "events", "orders", "revenue", "first", "last")


def chosen(view: View) -> list[str]:
    """Keys of COLUMNS. Raises NotUnderstood for what is none, or one that is there twice."""
    keys = view.given[KEY].split(",") if view.given.get(KEY) else list(USUAL)
    wrong = next((key for n, key in enumerate(keys) if key not in COLUMNS or key in keys[:n]), None)
    if wrong is None:
        return keys
    why = "stands there twice" if wrong in COLUMNS else f"is no column of People. Use {', '.join(COLUMNS)}"
    raise NotUnderstood(f"`{wrong}` {why}. ", "Show the usual columns", view.link(**{KEY: ""}), ".")


def written(keys: Sequence[str]) -> str:
    """As an address has them: the usual ones are not said."""
    kept = list(dict.fromkeys(key for key in keys if key))
    return "" if tuple(kept) == USUAL else ",".join(kept)


def cells(keys: Sequence[str], row: Row, about: About, view: View) -> list[tuple[str, str, str]]:
    """Texts with their classes, and the addresses of the lists behind them."""
    return [(COLUMNS[key].write(row, about), COLUMNS[key].css, _behind(key, row, view)) for key in keys]


def _behind(key: str, row: Row, view: View) -> str:
    """ "" where nothing is, or only the person's own page says more."""
    kind, event = _LISTS.get(key, ("", ""))
    if not kind or not row[COLUMNS[key].of]:
        return ""
    asked = {"by": "person"} | ({"event": event} if event else {})
    return at(view, kind, asked, Condition("person", "=", (row["person"],)))


def of_file(view: View, rows: Sequence[Row]) -> Sequence[Row]:
    """The person and the columns that the address chose in its order; without a choice every one that there is.

    Raises NotUnderstood.
    """
    keys = chosen(view)
    if not view.given.get(KEY):
        return rows
    return [{name: row[name] for name in ("person", *(COLUMNS[key].of for key in keys))} for row in rows]


def heads(keys: Sequence[str], view: View, sorts: Sorts) -> list[Head]:
    """Those of numbers and moments sort. Raises NotUnderstood for an order that is none."""
    now = str(sorted_by(view, sorts).get("sort", USUAL_SORT))
    found = [Head(title="Person")]
    for column in (COLUMNS[key] for key in keys):
        head = Head(title=column.name, css=column.css)
        if column.of in sorts.columns:
            then = turned(now, column.of)
            href = view.link(sort="" if then == USUAL_SORT else then, after="")
            head = replace(head, href=href, sorted=direction(now, column.of))
        found.append(head)
    return found
