"""What the tag's modules tell of pages: time and scroll, web vitals, errors. Each a page under the tabs of Pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from onebyone.state.sites import Site
from onebyone.web import numbers
from onebyone.web.address import View
from onebyone.web.behind import FAULT, link
from onebyone.web.behind_address import at, joined
from onebyone.web.breakdown import Breakdown, Table, number
from onebyone.web.desk import Answer, Row
from onebyone.web.script_words import MODULES
from onebyone.web.tables import Cell, Column

TABS = {"pages": "Seen", "engagement": "Time and scroll", "vitals": "Web vitals", "errors": "Errors"}
MODULE_OF = {"engagement": "engagement", "vitals": "web_vitals", "errors": "errors"}  # page -> what must be turned on
TOLD = {"engagement": "measured_in_all"}  # report -> what it counts, where it has rows that nothing was measured of
_NO_TIME = "No view of this period told how long the page was looked at."
_NO_ERRORS = "Nothing went wrong on a page in this period, as far as the script saw."
_KINDS = {
    **{"script": "script", "promise": "promise", "resource": "file not loaded", "policy": "refused by a policy"},
    **{"deprecation": "will stop working", "intervention": "stopped by the browser"},
}


class Teach(Struct, frozen=True):
    """What stands on a page whose module never told anything."""

    title: str
    text: str
    module: str  # its name under Settings, Script
    on: bool  # it is turned on, and nothing has come yet


_TEACHES = {
    "engagement": "Here will stand how long each page is looked at, and how far down it is read.",
    "vitals": "Here will stand how fast your pages are for the people who open them: how soon the largest part is"
    " seen, how soon a click is answered, how much moves meanwhile.",
    "errors": "Here will stand what goes wrong on your pages, how often and for how many people: scripts that fail,"
    " files that do not load.",
}  # fmt: skip


def teach(page: str, site: Site) -> Teach:
    module = MODULE_OF[page]
    return Teach(f"{TABS[page]}: nothing yet", _TEACHES[page], MODULES[module][0], module in site.tag.modules)


def length(ms: float | None) -> str:
    """42 s, 5 min; below ten seconds with one decimal."""
    if ms is None:
        return numbers.NONE
    return f"{ms / 1000:.1f} s" if ms < 9_950 else _long(ms)


def _long(ms: float) -> str:
    return numbers.duration(timedelta(milliseconds=ms))


def _page(row: Row) -> tuple[str, str]:
    return row["path"], row["host"]


def _to_end(row: Row) -> str:
    return numbers.share(row["to_end"], row["scroll_measured"])


def _engaged(_site: Site) -> Sequence[Column]:
    return [
        number("Views", "n p2", "views", "page_view"),
        number("Measured", "n p2", "measured"),
        Column("Time in all", "n sorted", lambda row: Cell(_long(row["engaged_ms"])), number=itemgetter("engaged_ms"),
               key="engaged_ms"),
        Column("Median", "n", _of("measured", lambda row: length(row["median_ms"])), number=itemgetter("median_ms"),
               key="median_ms"),
        Column("Median depth", "n p2", _of("scroll_measured", lambda row: f"{row['median_scroll']}%"),
               key="median_scroll"),
        Column("To the end", "n", _of("scroll_measured", _to_end), number=_end_share, is_share=True, key="to_end"),
    ]  # fmt: skip


def _end_share(row: Row) -> float | None:
    return row["to_end"] / row["scroll_measured"] if row["scroll_measured"] else None


def _faults(site: Site) -> Sequence[Column]:
    return [
        _bad("Seen", "n sorted", "seen", "events"),
        _bad("Visitors", "n", "visitors", "visitors"),
        Column("Page", "p2", lambda row: Cell(_pages(row)), key="pages"),
        Column("Browsers", "p2", lambda row: Cell(", ".join(row["browsers"]) or numbers.NONE)),
        *_times(site),
    ]


def _faulty(site: Site) -> Sequence[Column]:
    return [
        _bad("Seen", "n sorted", "seen", "exception"),
        _bad("Different", "n", "different"),
        _bad("Visitors", "n", "visitors", "visitors"),
        Column("Views", "n p2", _views, "page_view", key="views"),
        *_times(site),
    ]


def _bad(head: str, css: str, key: str, behind: str = "") -> Column:
    """More of it is no gain."""
    return replace(number(head, css, key, behind), neutral=True)


def _behind_fault(view: View, kind: str, row: Row) -> str:
    values = [row[part] for part in FAULT]
    if kind == "visitors":
        return link(view, kind, "fault", values)
    return at(view, "events", {"event": "exception", "by": "fault", "is": joined(values)})


def _behind_page(view: View, kind: str, row: Row) -> str:
    if kind == "visitors":
        return link(view, kind, "failing", [row["host"], row["path"]])
    return link(view, "events", "page", [kind, row["path"], row["host"]])


def _times(site: Site) -> list[Column]:
    return [
        Column("First", "n p3", lambda row: Cell(_moment(row["first_at"], site.zone)), key="first_at"),
        Column("Last", "n p2", lambda row: Cell(_moment(row["last_at"], site.zone)), key="last_at"),
    ]


def _of(count: str, write: Callable[[Row], str]) -> Callable[[Row], Cell]:
    """Nothing to say where nothing was measured."""
    return lambda row: Cell(write(row)) if row[count] else Cell(numbers.NONE, "mut")


def _views(row: Row) -> Cell:
    return Cell(numbers.count(row["views"]), "" if row["views"] else "mut")


def _pages(row: Row) -> str:
    more = row["pages"] - 1
    return row["page"] if more < 1 else f"{row['page']} and {numbers.count(more)} more"


def _fault(row: Row) -> tuple[str, str]:
    place = row["source"].rpartition("/")[2]
    where = f"{place}:{row['line']}" if place and row["line"] else place
    return row["description"] or numbers.NONE, " ".join(filter(None, (_KINDS.get(row["kind"], row["kind"]), where)))


def _moment(text: str, zone: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(ZoneInfo(zone)):%-d %b %H:%M}"


def _says_time(answers: Mapping[str, Answer]) -> str:
    told = answers["engagement"].first
    measured, engaged = told.get("measured_in_all", 0), told.get("engaged_ms_in_all", 0)
    if not measured:
        return _NO_TIME
    scrolled, to_end = told["scroll_measured_in_all"], told["to_end_in_all"]
    mean = f"{numbers.count(measured)} views were looked at for {length(engaged / measured)} on average"
    return f"{mean}; {numbers.share(to_end, scrolled)} saw the page to its end." if scrolled else f"{mean}."


def _says_errors(answers: Mapping[str, Answer]) -> str:
    told = answers["errors"].first
    if not told:
        return _NO_ERRORS
    seen, faults = told["seen_in_all"], told["rows_in_all"]
    kinds = "one fault" if faults == 1 else f"{numbers.count(faults)} different faults"
    most = numbers.share(told["seen_most"], seen)
    return f"{numbers.count(seen)} errors of {kinds}; {most} of them are the most frequent."


ENGAGEMENT = Breakdown(
    page="engagement",
    title="Pages",
    says=_says_time,
    menu="pages",
    rows=(
        ("c1", (
            Table(report="engagement", key=("host", "path"), sorts_by_name="path", behind=_behind_page,
                  title="Time and scroll", head="Page", name=_page, by="engaged_ms",
                  columns=_engaged, empty=_NO_TIME,
                  note="seen, in front, and with somebody there; the end is nine tenths of the height"),
        )),
    ),
)  # fmt: skip
ERRORS = Breakdown(
    page="errors",
    title="Pages",
    says=_says_errors,
    menu="pages",
    rows=(
        ("c1", (
            Table(report="errors", key=FAULT, behind=_behind_fault, sorts_by_name="description",
                  title="Errors", head="What went wrong", name=_fault, by="seen", columns=_faults,
                  empty=_NO_ERRORS, note="each fault once a view, ten a view at most"),
        )),
        ("c1", (
            Table(report="error_pages", key=("host", "path"), behind=_behind_page,
                  sorts_by_name="path", title="Pages with errors", head="Page",
                  name=_page, by="seen", columns=_faulty, empty=_NO_ERRORS),
        )),
    ),
)  # fmt: skip
ALL = (ENGAGEMENT, ERRORS)
