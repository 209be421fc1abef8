"""Pages made of tables: which reports stand on them, in which cells, and the sentence above."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from operator import itemgetter
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from onebyone.reports.filters import Condition
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import countries, numbers
from onebyone.web.address import View
from onebyone.web.behind import link
from onebyone.web.desk import Answer, Row
from onebyone.web.earlier import earlier
from onebyone.web.table_place import PAGE, Place, written
from onebyone.web.tables import Bars, Cell, Column, Order, bars

ASKED = 500
MOST = 10_000  # rows of a table that is asked whole, or of what another order is compared with
SHOWN = 12
NO_ROWS = Answer()


class Table(Struct, frozen=True, kw_only=True):
    """One cell: the report it shows, and how. `key` are the columns that name a row, in this period and before."""

    report: str
    key: tuple[str, ...]
    title: str
    head: str
    name: Callable[[Row], tuple[str, str]]
    by: str
    columns: Callable[[Site], Sequence[Column]]
    empty: str
    note: str = ""
    faint: str = ""
    narrows: tuple[str, str] = ("", "")  # the filter that a row's name sets, and the column it takes the value from
    behind: Callable[[View, str, Row], str] | None = None  # the address of what a row's number of that kind counts
    sorts_by_name: str = ""  # the report's column of what stands first
    usual: str = ""  # the report's own order where it is not from the largest of `by`
    is_whole: bool = False  # every row is asked, and pages are cut here
    lines: str = ""  # how `row_days` calls its rows, or page: of rows that can be drawn as lines

    @property
    def usual_sort(self) -> str:
        return self.usual or f"-{self.by}"

    def asked(self, place: Place) -> dict[str, Param]:
        """What its report is asked beside what all are."""
        found = place.order | {"limit": self._limit(place)}
        if self.is_whole:
            return found
        return found | {"whole": 1} | ({"skip": place.skip} if place.skip else {})

    def asked_before(self, place: Place) -> dict[str, Param]:
        return place.order | {"limit": self._limit_before(place)}

    def _limit(self, place: Place) -> int:
        if self.is_whole:
            return MOST
        return PAGE if place.is_alone else ASKED

    def _limit_before(self, place: Place) -> int:
        """In another order other rows come first: then all of those before are asked, as far as can be."""
        return MOST if place.sort or place.skip or self.is_whole else ASKED

    def fill(
        self, answer: Answer, site: Site, view: View, before: Answer = NO_ROWS, place: Place | None = None
    ) -> Bars:
        """`before` are the rows of the period that the page compares with.

        With a place both were asked as it says; without one with ASKED, and the heads lead nowhere.
        """
        limit, limit_before = (self._limit(place), self._limit_before(place)) if place else (ASKED, ASKED)
        place = place or Place(self.report, is_linked=False)
        was = earlier(self.key, before.rows, limit_before)
        is_all = not place.skip and len(answer.rows) < limit
        if self.is_whole and place.skip:
            answer = replace(answer, rows=answer.rows[place.skip :])
        return bars(
            self.title,
            answer,
            head=self.head,
            name=self.name,
            by=self.by,
            columns=self.columns(site),
            empty=self.empty,
            show=PAGE if place.is_alone else SHOWN,
            faint=self.faint,
            note=self.note,
            link=partial(self._only, view) if self.narrows[0] else None,
            behind=partial(self.behind, view) if self.behind else None,
            tick=self.tick if self.lines and place.is_linked else None,
            was=was,
            gone=was.gone(answer.rows) if is_all else (),
            order=self._order(view, place),
            skipped=place.skip,
            is_cut=not is_all and "rows_in_all" not in answer.first,
        )

    def tick(self, row: Row) -> str:
        """The row in an address."""
        return written([row[key] for key in self.key])

    def _order(self, view: View, place: Place) -> Order:
        def link(sort: str) -> str:
            return place.sorted(view, "" if sort == self.usual_sort else sort) if place.is_linked else ""

        return Order(place.sort or self.usual_sort, link, self.sorts_by_name)

    def _only(self, view: View, row: Row) -> str:
        field, column = self.narrows
        value = row[column]
        return "" if value == self.faint and value else view.narrowed(Condition(field, "=", (value,)))


class Breakdown(Struct, frozen=True, kw_only=True):
    page: str
    title: str
    rows: tuple[tuple[str, tuple[Table, ...]], ...]  # the css of a row and its cells
    says: Callable[[Mapping[str, Answer]], str]
    of_all: bool = False  # machines' rows too, and no choice of traffic
    menu: str = ""  # the page of the menu that this one stands under; "" is itself

    @property
    def tables(self) -> list[Table]:
        return [table for _, tables in self.rows for table in tables]


def _count(key: str) -> Callable[[Row], Cell]:
    return lambda row: Cell(numbers.count(row[key])) if row[key] else Cell(numbers.NONE, "mut")


def behind_row(by: str, *columns: str) -> Callable[[View, str, Row], str]:
    """The orders and visitors of a row that these columns name."""
    return lambda view, kind, row: link(view, kind, by, [row[column] for column in columns])


def _behind_page(view: View, kind: str, row: Row) -> str:
    if kind == "events":
        return link(view, "events", "page", ["page_view", row["path"], row["host"]])
    by = "landing" if kind == "sessions" else "page"
    return link(view, "visitors", by, [row["host"], row["path"]])


def _behind_event(view: View, kind: str, row: Row) -> str:
    return link(view, kind, "event", [row["name"]])


def _named(key: str, other: str = "") -> Callable[[Row], tuple[str, str]]:
    return lambda row: (row[key], row[other] if other else "")


def number(head: str, css: str, key: str, behind: str = "") -> Column:
    """A count that is compared with the period before."""
    return Column(head, css, _count(key), behind, itemgetter(key), key=key)


def _visits(site: Site) -> list[Column]:
    return [
        number("Visitors", "n sorted", "visitors", "visitors"),
        number("Sessions", "n p2", "sessions", "visitors"),
        number("Orders", "n", "orders", "orders"),
        Column("Revenue", "n", _revenue(site), "orders", itemgetter("revenue_minor"), key="revenue_minor"),
    ]


def _revenue(site: Site) -> Callable[[Row], Cell]:
    return lambda row: Cell(numbers.money(row["revenue_minor"], site.currency))


def _people(_site: Site) -> list[Column]:
    return [
        number("Visitors", "n sorted", "visitors", "visitors"),
        number("Orders", "n", "orders", "orders"),
    ]


def _viewed(_site: Site) -> list[Column]:
    return [
        number("Visitors", "n sorted", "visitors", "visitors"),
        number("Views", "n", "views", "events"),
        number("Entries", "n p2", "entries", "sessions"),
    ]


def _seen(site: Site) -> list[Column]:
    return [
        number("Seen", "n sorted", "seen", "events"),
        number("With order", "n p3", "with_order_id"),
        number("With value", "n p3", "with_value"),
        Column("Came by", "p2", lambda row: Cell(", ".join(row["vias"]))),
        Column("First", "n p2", _moment("first_at", site), key="first_at"),
        Column("Last", "n", _moment("last_at", site), key="last_at"),
        Column("What it means", "p2 wrap", _meaning(site)),
    ]


def described_at(site: Site, row: Row) -> str:
    return f"/s/{site.id}/events/about?{urlencode({'event': row['name']})}"


def _meaning(site: Site) -> Callable[[Row], Cell]:
    """Of rows with or without the site's own words."""
    return lambda row: Cell(row.get("about") or "Describe", href=described_at(site, row))


def _called(row: Row) -> tuple[str, str]:
    return (row["label"], row["name"]) if row.get("label") else (row["name"], "")


def property_at(site: Site, row: Row) -> str:
    return f"/s/{site.id}/events/property?{urlencode({'prop': row['key']})}"


def _property_called(row: Row) -> tuple[str, str]:
    return (row["label"], f"{row['key']}, {row['name']}") if row.get("label") else (row["key"], row["name"])


def _carried(site: Site) -> list[Column]:
    return [
        number("Seen", "n sorted", "seen"),
        number("Values", "n p2", "different"),
        Column("Type", "p2", lambda row: Cell(_type(row))),
        Column("For example", "p2", lambda row: Cell(", ".join(row["examples"]))),
        Column(
            "What it means", "p2 wrap", lambda row: Cell(row.get("about") or "Describe", href=property_at(site, row))
        ),
    ]


def _type(row: Row) -> str:
    if not row["seen"]:
        return numbers.NONE
    return "number" if row["numbers"] == row["seen"] else "text"


def _moment(key: str, site: Site) -> Callable[[Row], Cell]:
    return lambda row: Cell(_short(row[key], site.zone))


def _short(text: str, zone: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(ZoneInfo(zone)):%-d %b %Y, %H:%M}"


def _most(answer: Answer, key: str, by: str) -> tuple[str, str]:
    """The row that leads, and its share of all."""
    first = max(answer.rows, key=lambda row: row[by] or 0)
    return str(first[key]), numbers.share(first[by], sum(row[by] or 0 for row in answer.rows))


def _acquisition(answers: Mapping[str, Answer]) -> str:
    rows = answers["channels"].rows
    sessions = sum(row["sessions"] for row in rows)
    if not sessions:
        return "No session began in this period."
    name, share = _most(answers["channels"], "channel", "sessions")
    return f"{numbers.count(sessions)} sessions; the largest share of them, {share}, by {name}."


def _pages(answers: Mapping[str, Answer]) -> str:
    told = answers["pages"].first
    views = told.get("views_in_all", 0)
    if not views:
        return "No page was seen in this period."
    most = told["views_most"]
    name = next((str(row["path"]) for row in answers["pages"].rows if row["views"] == most), "one page")
    pages = "one page" if told["rows_in_all"] == 1 else f"{numbers.count(told['rows_in_all'])} pages"
    return f"{numbers.count(views)} views of {pages}; {numbers.share(most, views)} of them of {name}."


def _events(answers: Mapping[str, Answer]) -> str:
    rows = answers["event_names"].rows
    if not rows:
        return "Nothing was sent in this period."
    names = "one name" if len(rows) == 1 else f"{numbers.count(len(rows))} names"
    return f"{numbers.count(sum(row['seen'] for row in rows))} events under {names}, machines included."


ACQUISITION = Breakdown(
    page="acquisition",
    title="Acquisition",
    says=_acquisition,
    rows=(
        ("c11", (
            Table(report="channels", key=("channel",), lines="channel", sorts_by_name="channel", is_whole=True,
                  narrows=("channel", "channel"), behind=behind_row("channel", "channel"),
                  title="Channels", head="Channel", name=_named("channel"), by="visitors",
                  columns=_visits, empty="No sessions in this period.", faint="Unattributed",
                  note="last non-direct click, 30 days"),
            Table(report="sources", key=("source", "medium"), lines="source", sorts_by_name="source",
                  narrows=("source", "source"), behind=behind_row("source", "source", "medium"),
                  title="Sources", head="Source", name=_named("source", "medium"), by="visitors",
                  columns=_visits, empty="No sessions in this period.", faint="(unattributed)"),
        )),
        ("c11", (
            Table(report="campaigns", key=("campaign", "source", "medium"), lines="campaign",
                  sorts_by_name="campaign", narrows=("campaign", "campaign"),
                  behind=behind_row("campaign", "campaign", "source", "medium"),
                  title="Campaigns", head="Campaign", name=_named("campaign", "source"),
                  by="visitors", columns=_visits,
                  empty="No visits with a campaign. Add utm_campaign to the links of your next one."),
            Table(report="referrers", key=("referrer_host",), lines="referrer",
                  sorts_by_name="referrer_host", narrows=("referrer", "referrer_host"),
                  behind=behind_row("referrer", "referrer_host"),
                  title="Referrers", head="Host", name=_named("referrer_host"), by="visitors",
                  columns=_visits, empty="No visits from another host."),
        )),
        ("c11", (
            Table(report="terms", key=("term", "campaign"), lines="term", sorts_by_name="term",
                  narrows=("term", "term"),
                  behind=behind_row("term", "term", "campaign"),
                  title="Terms", head="Term", name=_named("term", "campaign"), by="visitors", columns=_visits,
                  empty="No visits with a term. Paid searches bring it as utm_term."),
            Table(report="contents", key=("content", "campaign"), lines="content", sorts_by_name="content",
                  narrows=("content", "content"),
                  behind=behind_row("content", "content", "campaign"),
                  title="Contents", head="Content", name=_named("content", "campaign"), by="visitors", columns=_visits,
                  empty="No visits with a content. Add utm_content to tell two links of one campaign apart."),
        )),
        ("c111", (
            Table(report="countries", key=("name",), narrows=("country", "name"), behind=behind_row("country", "name"),
                  title="Countries", head="Country",
                  name=lambda row: (countries.name(row["name"]), ""), by="visitors", columns=_people,
                  empty="No places known in this period.", faint=countries.UNKNOWN),
            Table(report="devices", key=("name",),
                  sorts_by_name="name", narrows=("device", "name"), behind=behind_row("device", "name"),
                  title="Devices", head="Device",
                  name=lambda row: (row["name"].capitalize() or countries.UNKNOWN, ""), by="visitors",
                  columns=_people, empty="No devices known in this period.", faint=countries.UNKNOWN),
            Table(report="browsers", key=("name",),
                  sorts_by_name="name", narrows=("browser", "name"), behind=behind_row("browser", "name"),
                  title="Browsers", head="Browser",
                  name=lambda row: (row["name"] or countries.UNKNOWN, ""), by="visitors", columns=_people,
                  empty="No browsers known in this period.", faint=countries.UNKNOWN),
        )),
    ),
)  # fmt: skip
PAGES = Breakdown(
    page="pages",
    title="Pages",
    says=_pages,
    rows=(
        ("c11", (
            Table(report="pages", key=("host", "path"), lines="page",
                  sorts_by_name="path", narrows=("page", "path"), behind=_behind_page,
                  title="Pages seen", head="Page", name=_named("path", "host"), by="visitors",
                  columns=_viewed, empty="No page was seen in this period."),
            Table(report="landing_pages", key=("host", "path"), lines="landing", sorts_by_name="path",
                  narrows=("landing", "path"), behind=behind_row("landing", "host", "path"),
                  title="Landing pages", head="Page", name=_named("path", "host"),
                  by="visitors", columns=_visits, empty="No sessions in this period.",
                  note="where sessions began, and the orders they led to"),
        )),
    ),
)  # fmt: skip
EVENTS = Breakdown(
    page="events",
    title="Events",
    says=_events,
    of_all=True,
    rows=(
        ("c1", (
            Table(report="event_names", key=("name",),
                  sorts_by_name="name", is_whole=True, narrows=("event", "name"), behind=_behind_event,
                  title="Events seen", head="Name", name=_called, by="seen",
                  columns=_seen, empty="Nothing was sent in this period."),
        )),
        ("c1", (
            Table(report="properties", key=("name", "key"), sorts_by_name="name", is_whole=True, usual="name",
                  title="What they carry", head="Property", name=_property_called, by="seen",
                  columns=_carried, empty="No event of this period carries properties of its own."),
        )),
    ),
)  # fmt: skip
ALL = (ACQUISITION, PAGES, EVENTS)
