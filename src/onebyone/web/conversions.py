"""The Conversions page: its filters as an address says them, and its records in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from onebyone.money import exponent_of
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import flag_words, numbers
from onebyone.web.address import NotUnderstood, View
from onebyone.web.counted import words_of
from onebyone.web.desk import Row

KEYS = ("event", "via", "matched", "flag", "value>", "value<", "sort", "after")
FILTERS = KEYS[1:6]  # what narrows the records of one kind
SORTS = ("-at", "at", "-net", "net", "-copies", "copies")
SHOWN = 50
_MOST = 9_000_000_000_000_000  # minor units; far beyond any amount
_FIRST_RANK = 2**63 - 1
_FIRST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"

SEEN = {
    "both": ("Browser and server", "s-a"),
    "server-only": ("Server only", "s-m"),
    "browser-only": ("Browser only", "s-k"),
    "neither": ("Neither", "s-o"),
}
MATCHED = {
    "order_id": ("order id", "s-a"),
    "event_id": ("event id", "s-c"),
    "bridge": ("a third copy that had both", "s-l"),
    "reload": ("reload of the same page", "s-k"),
    "weak": ("weak: same person, within 5 minutes", "s-w"),
}


class Tab(Struct, frozen=True):
    name: str
    title: str
    count: int


class Money(Struct, frozen=True):
    """Of one kind of conversion in one currency."""

    currency: str
    gross: int
    refunded: int
    net: int
    refunds: int
    over: int  # refunded beyond what an order was worth


class Sums(Struct, frozen=True):
    """Of the kind that is shown. `moneys`: the site's currency first."""

    counted: int
    cancelled: int
    unconfirmed: int  # orders that only browsers told, of a site whose server tells every one
    unconfirmed_minor: int  # in the site's currency
    reports: int
    moneys: list[Money]


class Part(Struct, frozen=True):
    """One way in which records came about, its share of a bar in percent, and the value that narrows to it."""

    value: str
    title: str
    shade: str
    count: int
    x: float
    width: float


class Line(Struct, frozen=True, kw_only=True):
    id: str
    href: str
    placed: str
    before: str  # the amount before refunds, where it is another
    net: str
    seen: str
    copies: int
    matched: str
    tags: list[tuple[str, bool]]  # what was noticed, and whether somebody should look at it
    channel: str  # that has the credit; of what is no order, of the page that reported it


class Chip(Struct, frozen=True):
    """A filter that is on."""

    key: str
    name: str
    value: str


def params(view: View, site: Site) -> dict[str, Param]:
    """What the reports take beside the period. Raises NotUnderstood for a value that would show wrong numbers."""
    low, high = view.given.get("value>", ""), view.given.get("value<", "")
    return {
        **{key: view.given.get(key, "") for key in ("via", "matched", "flag")},
        "low": _minor(view, "value>", low, site.currency) if low else -_MOST,
        "high": _minor(view, "value<", high, site.currency) if high else _MOST,
    }


def page_params(view: View) -> dict[str, Param]:
    """Order and place of the list. Raises NotUnderstood."""
    sort = view.given.get("sort", SORTS[0])
    if sort not in SORTS:
        raise NotUnderstood(f"`{sort}` is no order. ", "Show the newest first", view.link(sort="", after=""), ".")
    rank, _, after = view.given.get("after", "").partition(".")
    if not rank:
        return {"sort": sort, "after_rank": _FIRST_RANK, "after_id": _FIRST_ID}
    if not _is_rank(rank) or not _is_uuid(after):
        raise NotUnderstood("This place in the list cannot be read. ", "Show its beginning", view.link(after=""), ".")
    return {"sort": sort, "after_rank": int(rank), "after_id": after}


def tabs(rows: Sequence[Row], declared: Sequence[str]) -> list[Tab]:
    """The kinds that a site declares, and others that were counted."""
    counts: dict[str, int] = dict.fromkeys(declared, 0)
    for row in rows:
        counts[row["name"]] = counts.get(row["name"], 0) + row["counted"]
    order = sorted(counts, key=lambda name: (name not in declared, -counts[name], name))
    return [Tab(name, words_of(name).title, counts[name]) for name in order]


def sums(rows: Sequence[Row], name: str, currency: str) -> Sums:
    """Rows without a currency hold no money, and are counted all the same."""
    mine = [row for row in rows if row["name"] == name]
    moneys = [
        Money(
            row["currency"],
            row["gross_minor"],
            row["refunded_minor"],
            row["net_minor"],
            row["refunds"],
            row["over_minor"],
        )
        for row in mine
        if row["currency"] and row["counted"]
    ]
    total = {key: sum(row[key] for row in mine) for key in ("counted", "cancelled", "unconfirmed", "reports")}
    doubtful = sum(row["unconfirmed_minor"] for row in mine if row["currency"] in ("", currency))
    return Sums(
        **total,
        unconfirmed_minor=doubtful,
        moneys=sorted(moneys, key=lambda one: (one.currency != currency, -one.gross)),
    )


def parts(rows: Sequence[Row], kind: str, names: Mapping[str, tuple[str, str]]) -> list[Part]:
    found = [row for row in rows if row["kind"] == kind]
    total, x, made = sum(row["records"] for row in found) or 1, 0.0, []
    for row in found:
        title, shade = names.get(row["value"], (row["value"].replace("_", " "), "s-o"))
        width = 100 * row["records"] / total
        made.append(Part(row["value"], title, shade, row["records"], round(x, 3), round(max(0.1, width - 0.35), 3)))
        x += width
    return made


def flags(rows: Sequence[Row]) -> list[Part]:
    """By their own words."""
    names = {row["value"]: (_flag(row["value"])[0].capitalize(), "") for row in rows if row["kind"] == "flag"}
    return parts(rows, "flag", names)


def lines(rows: Sequence[Row], site: Site, today: date, channels: Mapping[str, str] | None = None) -> list[Line]:
    """`channels` are those that have the credit, by the ids of records; without, each is of the page that reported."""
    return [
        _line(row, site, today, row["channel"] if channels is None else channels.get(row["id"], "")) for row in rows
    ]


def after(rows: Sequence[Row], limit: int = SHOWN) -> str:
    """The place behind the last of a full list, "" if there is no more."""
    return f"{rows[-1]['rank']}.{rows[-1]['id']}" if len(rows) == limit else ""


def chips(view: View) -> list[Chip]:
    """The filters that are on, in the order of the address."""
    given = [(key, view.given[key]) for key in FILTERS if view.given.get(key)]
    return [Chip(key, _KEY_NAMES[key], _value_name(key, value)) for key, value in given]


_KEY_NAMES = {
    "via": "Seen by", "matched": "Joined by", "flag": "Noticed", "value>": "Net from", "value<": "Net to",
}  # fmt: skip


def _value_name(key: str, value: str) -> str:
    if key == "flag":
        return _flag(value)[0]
    names = {"via": SEEN, "matched": MATCHED}.get(key, {})
    return names[value][0].lower() if value in names else value


def _line(row: Row, site: Site, today: date, channel: str) -> Line:
    known = row["order_id"] or row["event_id"]
    cancelled = row["status"] == "cancelled"
    currency = row["currency"] or site.currency
    net = 0 if cancelled else row["net_minor"]
    matched = dict.fromkeys(MATCHED[way][0].partition(":")[0] for way in row["matched_by"] if way in MATCHED)
    noticed = [_flag(flag.partition(":")[0]) for flag in row["flags"]]
    return Line(
        id=known or row["id"],
        href=f"/s/{site.id}/fate/{quote(known or row['first_hit'], safe='')}",
        placed=numbers.when(datetime.fromisoformat(row["placed_at"]), site.zone, today),
        before=numbers.money(row["gross_minor"], currency) if row["gross_minor"] != net else "",
        net=numbers.money(net, currency) if row["currency"] or net else numbers.NONE,
        seen=SEEN[row["seen"]][0],
        copies=row["copies"],
        matched=", ".join(matched),
        tags=[
            *([(row["status"], row["status"] != "cancelled")] if row["status"] != "counted" else []),
            *dict.fromkeys(noticed),
        ],
        channel=channel,
    )


def _flag(flag: str) -> tuple[str, bool]:
    known = flag_words.FLAGS.get(flag)
    return (known.title, known.tone == "wa") if known else (flag.replace("_", " "), False)


def _minor(view: View, key: str, text: str, currency: str) -> int:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= 10**12:
        raise NotUnderstood(f"`{text}` is no amount. ", "Show every amount", view.link(**{key: ""}), ".")
    return int(value.scaleb(exponent_of(currency)))


def _is_rank(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= 19 and -(2**63) <= int(text) < 2**63


def _is_uuid(text: str) -> bool:
    return len(text) == 36 and all(char in "0123456789abcdef-" for char in text) and text.count("-") == 4


def row_out(row: Row) -> dict[str, Any]:
    """A record for JSON: without the inner number of its place."""
    return {key: value for key, value in row.items() if key != "rank"}
