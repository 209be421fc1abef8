"""Which copies are one thing: the rules of specs/measurement.md 1.2 on a set of copies of one name.

1. The same order id. 2. The same event id; where it stands under several orders they stay apart, and a copy without an
order goes to the one nearest in time. 4. A reloaded page. 3. What is left, one to one, by a person's id within 300 s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import product

from msgspec import Struct

from onebyone.pipeline.conversions.copies import (
    AGAIN,
    GUARD_MS,
    WEAK_MS,
    Copy,
    arrival,
    is_browser,
    is_guarded,
    matched_id,
    ms_of,
    names_event,
    page_of,
    people_of,
)

EVENT_ID_REUSED = "event_id_reused"
_Name = tuple[str, str]


class Group(Struct):
    """Copies of one conversion, in the order of arrival."""

    copies: list[Copy]
    joins: list[str]  # what tied each copy but the first to those before it: order_id, event_id, bridge, reload, weak
    flags: list[str]

    @property
    def order_id(self) -> str:
        return next((copy.event.order_id for copy in self.copies if copy.event.order_id), "")


class _Unit:
    """Copies that nothing can part: of one order, of one event id, or one sighting."""

    __slots__ = ("at", "copies", "name", "reused", "ties")

    def __init__(self, name: _Name) -> None:
        self.name = name
        self.copies: list[Copy] = []
        self.at = 0
        self.ties: list[tuple[str, list[Copy]]] = []  # what else was taken in, and how
        self.reused = False

    def take(self, other: _Unit, how: str) -> None:
        self.ties.append((how, other.copies))
        self.ties += other.ties
        self.at = min(self.at, other.at)
        self.reused = self.reused or other.reused

    def everything(self) -> list[Copy]:
        return [*self.copies, *(copy for _, copies in self.ties for copy in copies)]


def match(copies: Iterable[Copy]) -> list[Group]:
    """The groups of a set of copies of one site and one name, each copy in one of them."""
    units = _by_ids(copies)
    if len(units) > 1:
        units = _by_person(_by_page(units))
    return [_group(unit) for unit in units]


def _by_ids(copies: Iterable[Copy]) -> list[_Unit]:
    """Rules 1 and 2."""
    orders: dict[str, dict[str, int]] = {}  # of an event id: when each order was first reported under it
    found = list(copies)
    for copy in found:
        event = copy.event
        if event.order_id and matched_id(event):
            under = orders.setdefault(event.event_id, {})
            under[event.order_id] = min(ms_of(event), under.get(event.order_id, 1 << 62))
    units: dict[_Name, _Unit] = {}
    for copy in found:
        name = _unit_of(copy, orders)
        unit = units.get(name)
        if unit is None:
            unit = units[name] = _Unit(name)
        unit.copies.append(copy)
        unit.reused = unit.reused or len(orders.get(matched_id(copy.event), ())) > 1
    for unit in units.values():
        unit.at = min(ms_of(copy.event) for copy in unit.copies)
    return list(units.values())


def _unit_of(copy: Copy, orders: dict[str, dict[str, int]]) -> _Name:
    event = copy.event
    if event.order_id:
        return "order", event.order_id
    if not matched_id(event):
        return "sighting", copy.sighting
    under = orders.get(event.event_id)
    if not under:
        return "event", event.event_id
    at = ms_of(event)
    return "order", min(under, key=lambda order: (abs(under[order] - at), order))


def _by_page(units: list[_Unit]) -> list[_Unit]:
    """Rule 4: a unit of copies that nobody named, whose first is a page seen again, goes to the last one before it."""
    pages: dict[object, list[tuple[int, bool, str, _Unit]]] = defaultdict(list)
    for unit in units:
        guarded = sorted((ms_of(copy.event), copy.sighting, copy) for copy in unit.copies if is_guarded(copy.event))
        if guarded:
            at, sighting, first = guarded[0]
            moves = len(guarded) == len(unit.copies) and first.event.nav in AGAIN
            pages[page_of(first.event)].append((at, moves, sighting, unit))
    gone: set[_Name] = set()
    for seen in pages.values():
        first_at, first_unit = -GUARD_MS - 1, None
        for at, moves, _, unit in sorted(seen, key=lambda one: one[:3]):
            if moves and first_unit is not None and at - first_at <= GUARD_MS:
                first_unit.take(unit, "reload")
                gone.add(unit.name)
            else:
                first_at, first_unit = at, unit
    return [unit for unit in units if unit.name not in gone]


def _by_person(units: list[_Unit]) -> list[_Unit]:
    """Rule 3: the nearest in time first."""
    sides: tuple[list[_Unit], list[_Unit]] = ([], [])
    for unit in units:
        seen_by = {is_browser(copy.event) for copy in unit.everything()}
        if len(seen_by) == 1:
            sides[0 if True in seen_by else 1].append(unit)
    pairs = []
    for browser, server in product(*sides):
        apart = abs(browser.at - server.at)
        if apart <= WEAK_MS and _may_be_one(browser, server):
            pairs.append((apart, browser.name, server.name, browser, server))
    met: set[_Name] = set()
    taken: set[_Name] = set()
    for _, browser_name, server_name, browser, server in sorted(pairs, key=lambda pair: pair[:3]):
        if browser_name not in met and server_name not in met:
            met |= {browser_name, server_name}
            taken.add(server_name)
            browser.take(server, "weak")
    return [unit for unit in units if unit.name not in taken]


def _may_be_one(browser: _Unit, server: _Unit) -> bool:
    ours, theirs = browser.everything(), server.everything()
    if _all(ours, theirs, names_event=True) or _all(ours, theirs, names_event=False):
        return False
    people = {person for copy in ours for person in people_of(copy.event)}
    return any(person in people for copy in theirs for person in people_of(copy.event))


def _all(*sides: Sequence[Copy], names_event: bool) -> bool:
    """Whether both sides have an id of that kind: then they would have met by it, if they were one."""
    has = _names_event if names_event else _names_order
    return all(any(has(copy) for copy in side) for side in sides)


def _names_event(copy: Copy) -> bool:
    return names_event(copy.event)


def _names_order(copy: Copy) -> bool:
    return copy.event.order_id != ""


def _group(unit: _Unit) -> Group:
    flags = [EVENT_ID_REUSED] if unit.reused else []
    if len(unit.copies) == 1 and not unit.ties:
        return Group(unit.copies, [], flags)
    how = {copy.sighting: tie for tie, copies in unit.ties for copy in copies}
    copies = sorted(unit.everything(), key=arrival)
    return Group(copies, _joins(copies, how), flags)


def _joins(copies: Sequence[Copy], how: dict[str, str]) -> list[str]:
    """For each copy but the first: the strongest key it shared with what was there; `bridge` for each further part of
    that which it held together."""
    orders = {copy.event.order_id for copy in copies}
    if len(orders) == 1 and "" not in orders:
        return ["order_id"] * (len(copies) - 1)
    part_of: dict[tuple[str, str], int] = {}
    parts: list[int] = []  # where each part went; a part is its first copy's number
    joins: list[str] = []
    for number, copy in enumerate(copies):
        event = copy.event
        keys = [("order_id", event.order_id), ("event_id", matched_id(event))]
        keys = [key for key in keys if key[1]]
        touched: dict[int, str] = {}
        for key in keys:
            if key in part_of:
                touched.setdefault(_root(parts, part_of[key]), key[0])
        parts.append(number)
        for at, part in enumerate(sorted(touched)):
            joins.append("bridge" if at else touched[part])
            parts[number if not at else part] = min(touched)
        for key in keys:
            part_of[key] = _root(parts, number)
    open_parts = sorted({_root(parts, number) for number in range(len(copies))})
    joins += [_tie(copies, parts, part, how) for part in open_parts[1:]]
    return joins


def _root(parts: Sequence[int], number: int) -> int:
    while parts[number] != number:
        number = parts[number]
    return number


def _tie(copies: Sequence[Copy], parts: Sequence[int], part: int, how: dict[str, str]) -> str:
    """What holds a part that shares no id with the others: the page, the person, or the nearest order in time."""
    ties = {how.get(copy.sighting, "") for number, copy in enumerate(copies) if _root(parts, number) == part}
    first = {how.get(copy.sighting, "") for number, copy in enumerate(copies) if _root(parts, number) != part}
    return next((tie for tie in ("weak", "reload") if tie in ties), next((tie for tie in first if tie), "event_id"))
