"""A person in words: names, identifiers, what joined them, and what a change of that would move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from onebyone.event import Permission, hit_uuid, utc
from onebyone.identity.facts import Relation
from onebyone.identity.nodes import Kind, user_node
from onebyone.state.choices import Changed
from onebyone.state.graph import Node, Row
from onebyone.state.identity import Person, Tie
from onebyone.web import numbers
from onebyone.web.desk import Row as Asked
from onebyone.web.story import visitor_name

_LIMITS = {
    "users": "one of them already belongs to another user",
    "emails": "the person would have too many e-mail addresses",
    "phones": "the person would have too many phone numbers",
    "externals": "the person would have too many external ids",
    "browsers": "the person would have too many browsers",
    "new_browsers": "too many new browsers within a week",
    "identifiers": "the person would have too many identifiers",
}
_SAYS = {
    Relation.ALIAS: "is another id of it",
    Relation.LINK: "was followed from one domain to the other",
    Relation.MERGE: "was joined by hand",
}
_KINDS = {Kind.EMAIL: "an e-mail address", Kind.PHONE: "a phone number", Kind.EXTERNAL: "an external id"}


class Joint(Struct, frozen=True, kw_only=True):
    """A tie, as it is told."""

    left: str  # numbers, for the form
    right: str
    text: str
    when: str
    by: str
    href: str  # of the event that said it
    why_not: str = ""
    cut_by: str = ""


class Move(Struct, frozen=True, kw_only=True):
    """What a change moves: an identifier with its events, from one person to another."""

    name: str
    events: int
    orders: int
    revenue_minor: int
    before: str
    after: str


class Moment(Struct, frozen=True, kw_only=True):
    """One line of a person's timeline."""

    at: datetime
    time: str
    glyph: str
    tone: str
    headline: str
    text: str
    href: str = ""
    strong: bool = False
    tags: tuple[str, ...] = ()


def person_name(number: int) -> str:
    """A short name that says nothing about anybody."""
    return "p_" + visitor_name(number)[2:] if number else ""


def node_name(number: int, kind: Kind, text: str, *, shows_ids: bool) -> str:
    """User ids only for those who may see them; hashed values for nobody."""
    if kind is Kind.BROWSER:
        return f"browser {visitor_name(number)}"
    if kind is Kind.USER:
        return f"user {text}" if shows_ids and text else f"user {person_name(number)[2:]}"
    return _KINDS[kind]


def numbers_of(person: Person, asked_for: int) -> list[str]:
    """Of the browsers and user ids under which the store knows the person's events."""
    users = [number for number, node in person.nodes.items() if node.kind is Kind.USER]
    return [str(number) for number in sorted({*person.browsers, *users, asked_for})]


def joints(person: Person, zone: str, site: str, *, shows_ids: bool) -> tuple[list[Joint], list[Joint]]:
    """Those that hold, and those that a limit refused or somebody took away."""
    members = {*person.nodes, *person.browsers}
    hold, others = [], []
    for tie in person.ties:
        joint = _joint(tie, person.nodes, zone, site, shows_ids=shows_ids)
        if tie.cut or tie.refused:
            others.append(joint)
        elif tie.left in members and tie.right in members:
            hold.append(joint)
    return hold, others


def _joint(tie: Tie, nodes: Mapping[int, Node], zone: str, site: str, *, shows_ids: bool) -> Joint:
    left = node_name(tie.left, tie.left_kind, _text(nodes, tie.left), shows_ids=shows_ids)
    right = node_name(tie.right, tie.right_kind, _text(nodes, tie.right), shows_ids=shows_ids)
    by_hand = tie.relation == Relation.MERGE
    return Joint(
        left=str(tie.left),
        right=str(tie.right),
        text=_sentence(tie, left, right),
        when=numbers.moment(utc(tie.first_ms), zone),
        by=f"by {tie.by}" if by_hand else f"by the {tie.by}" if tie.by else "",
        href="" if by_hand else f"/s/{site}/fate/{hit_uuid(tie.hit)}",
        why_not=_LIMITS.get(tie.refused, ""),
        cut_by=f"Taken away by {tie.cut.by}, {numbers.moment(utc(tie.cut.at_ms), zone)}" if tie.cut else "",
    )


def _sentence(tie: Tie, left: str, right: str) -> str:
    if tie.relation == Relation.IDENTIFY:
        return f"{_upper(right)} signed in on {left}"
    if tie.relation == Relation.VALUE:
        return f"{_upper(left)} gave {right}"
    return f"{_upper(left)} and {right}: the second {_SAYS[Relation(tie.relation)]}"


def _text(nodes: Mapping[int, Node], number: int) -> str:
    return nodes[number].text if number in nodes else ""


def moves(rows: Iterable[Row], before: Mapping[int, int], events: Sequence[Asked]) -> list[Move]:
    """What the rows of a change mean, largest first. `before` is whose each of them is now."""
    counted = {int(row["number"]): row for row in events}
    found = []
    for row in rows:
        held = counted.get(row.visitor, {"events": 0, "orders": 0, "revenue_minor": 0})
        kind = Kind(row.kind)
        found.append(
            Move(
                name=_upper(node_name(row.visitor, kind, "", shows_ids=False)),
                events=held["events"],
                orders=held["orders"],
                revenue_minor=held["revenue_minor"],
                before=person_name(before[row.visitor]),
                after=person_name(row.person),
            )
        )
    return sorted(found, key=lambda move: (-move.events, move.name))


def timeline(
    events: Sequence[Asked], hold: Sequence[Tie], choices: Sequence[Changed], *, site: str, zone: str, today: datetime
) -> list[Moment]:
    """Events, joins and changes of consent, the latest first. Of what was before the first event, nothing."""
    found = [_event(row, site, zone, today) for row in events]
    first = min((moment.at for moment in found), default=None)
    found += [_choice(one, zone, today) for one in choices if first is None or utc(one.at_ms) >= first]
    found += [_join(tie, site, zone, today) for tie in hold if first is None or utc(tie.first_ms) >= first]
    return sorted(found, key=lambda moment: moment.at, reverse=True)


def _event(row: Asked, site: str, zone: str, today: datetime) -> Moment:
    at = datetime.fromisoformat(row["at"])
    order = bool(row["order_id"]) or row["name"] == "purchase"
    worth = numbers.money(row["value"], row["currency"]) if row["value"] else ""
    on = " on ".join(part for part in (row["browser_name"], row["os"]) if part)
    browser = visitor_name(row["browser"]) if int(row["browser"]) else "your server"
    tags = [worth, f"order {row['order_id']}" if row["order_id"] else "", "joined later" if row["joined_later"] else ""]
    return Moment(
        at=at,
        time=numbers.when(at, zone, today.date()),
        glyph="full" if order else "merge" if row["joined_later"] else "open",
        tone="ac" if order else "of",
        headline=row["name"],
        text=", ".join(part for part in (f"{row['host']}{row['path']}", browser, on) if part),
        href=f"/s/{site}/fate/{row['hit']}",
        strong=order,
        tags=tuple(tag for tag in tags if tag),
    )


def _choice(change: Changed, zone: str, today: datetime) -> Moment:
    at = utc(change.at_ms)
    allowed = [name.value.replace("_", " ") for name in Permission if change.permissions & name.bit]
    who = f"Said by {change.by}" if change.by else "Another rule holds there"
    what = ", ".join(allowed) or "nothing"
    return Moment(
        at=at,
        time=numbers.when(at, zone, today.date()),
        glyph="half",
        tone="wa",
        headline="Choice changed",
        text=f"Allowed from here on: {what}. {who}, on browser {visitor_name(change.visitor)}.",
    )


def _join(tie: Tie, site: str, zone: str, today: datetime) -> Moment:
    at = utc(tie.first_ms)
    left = node_name(tie.left, tie.left_kind, "", shows_ids=False)
    right = node_name(tie.right, tie.right_kind, "", shows_ids=False)
    return Moment(
        at=at,
        time=numbers.when(at, zone, today.date()),
        glyph="merge",
        tone="ac",
        headline="Joined",
        text=f"{_sentence(tie, left, right)}.",
        href="" if tie.relation == Relation.MERGE else f"/s/{site}/fate/{hit_uuid(tie.hit)}",
    )


def person_at(row: Row | None, number: int, at: datetime) -> int:
    """Whose an identifier was at that time."""
    if row is None or row.removed:
        return number
    ms = int(at.timestamp() * 1000)
    held = [person for start, person in zip(row.starts, row.persons, strict=True) if start <= ms]
    return held[-1] if held else row.person


def key_of(event: Asked, site: str) -> int:
    """The number under which the store knows who did it."""
    user: str = event.get("user_id") or ""
    return user_node(site, getattr(user, "real", user)) if user else int(event["visitor"])


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
