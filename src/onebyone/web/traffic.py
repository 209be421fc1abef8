"""What the Traffic quality page says: shares by actor, rules, agents, networks, crawlers, and a draft's effect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape
from msgspec import Struct

from onebyone.event import Actor
from onebyone.pipeline.judge import UNVERIFIED, VERIFIED
from onebyone.pipeline.reweigh import Judged, reweigh
from onebyone.pipeline.rules import Ruleset
from onebyone.reports.filters import ROWS
from onebyone.state.sites import Site
from onebyone.web import numbers, words
from onebyone.web.address import Narrows
from onebyone.web.desk import Answer, Row
from onebyone.web.tables import Bars, Cell, Column, bars

NARROWS = Narrows(tuple(ROWS), "Most machines make no visits and have no browser of their own.")
SHOWN = 12
SERIES = (  # column of verdict_days, its name, its class, its square and tone
    ("people", "People", "s-a", "full", "ac"),
    ("unclear", "Unclear", "s-w", "half", "wa"),
    ("spoofed_names", "False crawlers", "s-m", "half", "mi"),
    ("machines", "Machines", "s-p", "grid", "ma"),
    ("scanners", "Scanners", "s-k", "grid", "of"),
    ("prefetches", "Fetched ahead", "s-o", "dash", "of"),
    ("invalid", "Not valid", "s-b", "x", "ba"),
)
EVERYBODY, AUTOMATED, UNCLEAR = "all", "automated", str(Actor.SUSPECT)  # of columns that take in several kinds
Behind = Callable[[str, Row], str]  # the list of what such a column counts of a row
_FLOOR = 168
_GAP = 0.14  # of a day's width


class Key(Struct, frozen=True):
    """An entry of the legend. `kind` is a column of verdict_days."""

    kind: str
    name: str
    glyph: str
    tone: str
    share: str
    count: str


class Draft(Struct, frozen=True):
    """What other rules would make of the period."""

    table: Bars
    changed: int


def totals(rows: Sequence[Row]) -> dict[str, int]:
    return {column: sum(row[column] for row in rows) for column, *_ in SERIES}


def says(sums: dict[str, int]) -> str:
    """The sentence under the title."""
    whole = sum(sums.values())
    if not whole:
        return "No event came in this period."
    unclear = sums["unclear"] + sums["spoofed_names"]
    machines = whole - sums["people"] - unclear
    share = numbers.share
    ahead = ", pages fetched ahead among them" if sums["prefetches"] else ""
    return (
        f"Of {numbers.count(whole)} events, {share(sums['people'], whole)} came from people and "
        f"{share(machines, whole)} from machines{ahead}; {share(unclear, whole)} are unclear."
    )


def legend(sums: dict[str, int]) -> list[Key]:
    whole = sum(sums.values())
    return [
        Key(column, name, glyph, tone, numbers.share(sums[column], whole), numbers.count(sums[column]))
        for column, name, _, glyph, tone in SERIES
        if sums[column]
    ]


def chart(rows: Sequence[Row], days: Sequence[date], *, today: date) -> Markup:
    """A bar a day, each as high as the others: the shares of who sent its events. A day without events stays empty."""
    by_day = {date.fromisoformat(row["local_day"]): row for row in rows}
    width = 100 / max(1, len(days))
    title = f"Share of events by who sent them, {len(days)} days."
    parts = [f'<svg class="chart" width="100%" height="{_FLOOR + 22}" role="img" aria-label="{escape(title)}">']
    for n, day in enumerate(days):
        parts.append(_bar(n * width, width * (1 - _GAP), by_day.get(day), numbers.day(day), runs=day == today))
    parts.append(f'<line x1="0" x2="100%" y1="{_FLOOR}" y2="{_FLOOR}" class="base"/>')
    for at, place, css in ((0, "0", ""), (len(days) // 2, "50%", " mid"), (len(days) - 1, "100%", " end")):
        if days and (at == 0 or len(days) > 2):
            parts.append(f'<text x="{place}" y="{_FLOOR + 16}" class="ax{css}">{numbers.day(days[at])}</text>')
    return Markup("".join([*parts, "</svg>"]))


def _bar(x: float, width: float, row: Row | None, name: str, *, runs: bool) -> str:
    whole = sum(row[column] for column, *_ in SERIES) if row else 0
    if row is None or not whole:
        return ""
    parts, floor = [], float(_FLOOR)
    shares = ", ".join(f"{title} {numbers.share(row[column], whole)}" for column, title, *_ in SERIES if row[column])
    soft = ' opacity="0.6"' if runs else ""  # the day is not over
    for column, _, css, *_ in SERIES:
        height = row[column] / whole * (_FLOOR - 8)
        if height:
            floor -= height
            spot = f'x="{x:.3f}%" width="{width:.3f}%" y="{floor:.2f}" height="{max(0.5, height - 0.5):.2f}"'
            parts.append(f'<rect {spot} class="{css}"/>')
    return (
        f"<g{soft}><title>{escape(name)}: {numbers.count(whole)} events. {escape(shares)}</title>{''.join(parts)}</g>"
    )


def rules(kinds: Answer, behind: Behind) -> Bars:
    """What was noticed, and of whom."""
    found: dict[str, Counter[str]] = {}
    for row in kinds.rows:
        for reason in row["reasons"]:
            found.setdefault(reason, Counter())[_side(row)] += row["events"]
    rows: list[Row] = [{"id": reason, "events": count.total(), **_sides(count)} for reason, count in found.items()]
    rows.sort(key=lambda row: (-row["events"], row["id"]))
    return bars(
        "Rules", Answer(rows, kinds.error), head="What was noticed", by="events",
        name=lambda row: (words.of_rule(row["id"]), row["id"]),
        columns=[_number("Events", "events", "n sorted"), *_columns()], show=20,
        empty="No rule noticed anything in this period.", note="a person may have some of them", behind=behind,
    )  # fmt: skip


def crawlers(kinds: Answer, behind: Behind) -> Bars:
    """Who says that it is a known crawler, and whether its address says so too."""
    found: dict[str, Counter[str]] = {}
    for row in kinds.rows:
        for reason, key in ((VERIFIED, "verified"), (UNVERIFIED, "unknown"), ("spoof", "false")):
            if reason in row["reasons"]:
                found.setdefault(row["agent"], Counter())[key] += row["events"]
    rows: list[Row] = [
        {"agent": agent, "events": count.total(), **{key: count[key] for key in ("verified", "unknown", "false")}}
        for agent, count in found.items()
    ]
    rows.sort(key=lambda row: (-row["events"], row["agent"]))
    columns = [
        _number("Its address", "verified", "n", VERIFIED),
        _number("Not known", "unknown", "n p2", UNVERIFIED),
        _number("Not its", "false", "n", "spoof"),
    ]
    return bars(
        "Crawlers, verified", Answer(rows, kinds.error), head="Says it is", name=lambda row: (row["agent"], ""),
        by="events", columns=columns, show=SHOWN, empty="No crawler with published addresses came in this period.",
        behind=behind,
    )  # fmt: skip


def agents(answer: Answer, site: Site, behind: Behind) -> Bars:
    return bars(
        "New agents", answer, head="Name", name=lambda row: (row["agent"], words.of_actor(row["actor"]).title),
        by="events", show=SHOWN, empty="No machine gave a new name in this period.", note="never seen before",
        behind=behind,
        columns=[_number("Events", "events", "n"), Column("First", "n sorted", lambda row: _first(row, site))],
    )  # fmt: skip


def networks(answer: Answer, behind: Behind) -> Bars:
    return bars(
        "Networks", answer, head="In the list", name=lambda row: (row["name"] or "in no list", ""), by="events",
        columns=[_number("Events", "events", "n sorted"), *_columns()], show=SHOWN, faint="in no list",
        empty="No event came in this period.", note="clouds, relays and crawlers by published lists", behind=behind,
    )  # fmt: skip


def draft(kinds: Answer, then: Ruleset, behind: Behind) -> Draft:
    """By the reasons that are stored: what a replay of the verdicts would change."""
    found: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
    for row in kinds.rows:
        old = Judged(row["actor"], row["agent"], row["confidence"], tuple(row["reasons"]))
        new = reweigh(then, old)
        if new.actor != old.actor:
            found[(old.actor, str(new.actor), old.reasons)] += row["events"]
    rows = [{"from": key[0], "to": key[1], "reasons": key[2], "events": count} for key, count in found.most_common()]
    table = bars(
        "Would change", Answer(rows, kinds.error), head="Because of", by="events",
        name=lambda row: (", ".join(row["reasons"]), ""),
        columns=[
            Column("Now", "", lambda row: Cell(words.of_actor(row["from"]).title)),
            Column("Then", "", lambda row: Cell(words.of_actor(row["to"]).title)),
            _number("Events", "events", "n sorted"),
        ],
        empty="No event of this period would have another verdict.", show=20, behind=behind,
    )  # fmt: skip
    return Draft(table, sum(found.values()))


def _side(row: Row) -> str:
    actor = str(row["actor"])
    if actor == "suspect":
        return "unclear"
    return "machines" if actor.startswith("machine") or actor == "invalid" else "people"


def _sides(count: Counter[str]) -> dict[str, int]:
    return {side: count[side] for side in ("people", "unclear", "machines")}


def _columns() -> list[Column]:
    return [
        _number("People", "people", "n p2", "people"),
        _number("Unclear", "unclear", "n p2", UNCLEAR),
        _number("Machines", "machines", "n", AUTOMATED),
    ]


def _number(head: str, key: str, css: str, who: str = EVERYBODY) -> Column:
    return Column(head, css, lambda row: Cell(numbers.count(row[key])) if row[key] else Cell(numbers.NONE, "mut"), who)


def _first(row: Row, site: Site) -> Cell:
    return Cell(f"{datetime.fromisoformat(row['first_at']).astimezone(ZoneInfo(site.zone)):%-d %b %Y, %H:%M}")
