"""Facts: somebody said that two identifiers belong together. What an event says, and the edges that follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from onebyone.event import Event, Permission
from onebyone.identity.clusters import Edge
from onebyone.identity.nodes import VALUES, Kind, held_node, user_node, value_node
from onebyone.identity.rules import Rules
from onebyone.identity.timeline import RESET, Said, Timeline, timeline
from onebyone.identity.values import names_somebody

BUCKET_MS = 10 * 60_000  # of a pair of browser and other: the first and the last time in it are kept
ALIAS_OF = "previous_id"  # the property of an `alias` event that names the other id


class Relation(StrEnum):
    IDENTIFY = "identify"  # a browser and a user
    RESET = "reset"  # a browser and nobody
    VALUE = "value"  # a browser or a user, and a hashed value
    ALIAS = "alias"  # two users, by the site
    LINK = "link"  # two browsers, by a link between domains
    MERGE = "merge"  # two identifiers, by an operator


class Fact(Struct, frozen=True, kw_only=True):
    """`left` and `right` belong together, said between `first_ms` and `last_ms`, first on that event."""

    left: int
    right: int
    relation: Relation
    kinds: tuple[Kind, Kind]
    first_ms: int
    last_ms: int
    hit: bytes = b""
    n: int = 0
    by: str = ""  # the way in, or the operator
    text: str = ""  # of the right one: the user id, the keyed hash
    left_text: str = ""
    bucket: int = 0

    @property
    def key(self) -> tuple[int, int, int]:
        return (self.left, self.right, self.bucket)


def may_join(event: Event) -> bool:
    """Whether consent covers an edge. Where nothing was decided, identifiers that are there were allowed to be."""
    if event.permissions == 0 and event.consent_source == "":
        return True
    return bool(event.permissions & Permission.ANALYTICS.bit)


def facts_of(event: Event) -> list[Fact]:
    """What the event says about who is who; most say nothing."""
    says = event.user_id or event.identifiers or event.linked or event.name in ("reset", "alias")
    if not says or event.actor.startswith("machine") or event.actor == "invalid" or not may_join(event):
        return []
    if event.name == "reset":
        return [_fact(event, event.visitor, RESET, Relation.RESET, (Kind.BROWSER, Kind.USER))] if event.visitor else []
    return list(_said(event))


def _said(event: Event) -> Iterator[Fact]:
    user = user_node(event.site, event.user_id) if event.user_id else 0
    if event.linked and event.visitor not in (0, event.linked):
        yield _fact(event, event.linked, event.visitor, Relation.LINK, (Kind.BROWSER, Kind.BROWSER))
    if event.visitor and user:
        yield _fact(event, event.visitor, user, Relation.IDENTIFY, (Kind.BROWSER, Kind.USER), text=event.user_id)
    other = event.properties.get(ALIAS_OF, "") if event.name == "alias" else ""
    if user and names_somebody(other) and other != event.user_id:
        low, high = sorted((event.user_id, other), key=lambda text: user_node(event.site, text))
        yield _fact(
            event, user_node(event.site, low), user_node(event.site, high), Relation.ALIAS, (Kind.USER, Kind.USER),
            text=high, left_text=low,
        )  # fmt: skip
    left, kind, name = (user, Kind.USER, event.user_id) if user else (event.visitor, Kind.BROWSER, "")
    for said, value in sorted(event.identifiers.items()):
        if left and said in VALUES:
            node, kinds = value_node(event.site, Kind(said), value), (kind, Kind(said))
            yield _fact(event, left, node, Relation.VALUE, kinds, text=value, left_text=name)


def _fact(
    event: Event, left: int, right: int, relation: Relation, kinds: tuple[Kind, Kind], *, text: str = "",
    left_text: str = "",
) -> Fact:  # fmt: skip
    at_ms = int(event.at.timestamp() * 1000)
    bucket = 0
    if kinds[0] is Kind.BROWSER:
        bucket = at_ms if relation is Relation.RESET else at_ms // BUCKET_MS
    return Fact(
        left=left, right=right, relation=relation, kinds=kinds, first_ms=at_ms, last_ms=at_ms,
        hit=bytes.fromhex(event.hit.replace("-", "")), n=event.n, by=event.via, text=text, left_text=left_text,
        bucket=bucket,
    )  # fmt: skip


def earlier_and_later(known: Fact, new: Fact) -> Fact:
    """One fact of two with one key, whichever came first: the event that said it first, and both ends of the time."""
    first = min((known, new), key=lambda fact: (fact.first_ms, fact.hit, fact.n))
    last_ms = max(known.last_ms, new.last_ms)
    return first if first.last_ms == last_ms else _until(first, last_ms)


def _until(fact: Fact, last_ms: int) -> Fact:
    return Fact(
        left=fact.left, right=fact.right, relation=fact.relation, kinds=fact.kinds, first_ms=fact.first_ms,
        last_ms=last_ms, hit=fact.hit, n=fact.n, by=fact.by, text=fact.text, left_text=fact.left_text,
        bucket=fact.bucket,
    )  # fmt: skip


def timeline_of(browser: int, facts: Iterable[Fact], rules: Rules) -> Timeline:
    """From all facts whose left is this browser."""
    said = [
        Said(at_ms, fact.right)
        for fact in facts
        if fact.relation in (Relation.IDENTIFY, Relation.RESET)
        for at_ms in (fact.first_ms, fact.last_ms)
    ]
    return timeline(browser, said, rules)


def edges_of(facts: Sequence[Fact], holder: Callable[[int, int], int]) -> dict[tuple[int, int], Edge]:
    """The edges between nodes that the facts amount to, each with the time at which it was first said.

    `holder(browser, at_ms)` is the node that holds a browser then.
    """
    found: dict[tuple[int, int], Edge] = {}
    for fact in facts:
        for edge in _edges(fact, holder):
            key = (edge.a, edge.b) if edge.a < edge.b else (edge.b, edge.a)
            if edge.a != edge.b and (key not in found or edge.rank < found[key].rank):
                found[key] = edge
    return found


def _edges(fact: Fact, holder: Callable[[int, int], int]) -> Iterator[Edge]:
    pair = (fact.left, fact.right)
    if fact.relation is Relation.RESET:
        return
    if fact.relation is Relation.IDENTIFY:
        yield Edge(held_node(fact.left, fact.right), fact.right, fact.first_ms, fact.kinds, fact=pair)
        return
    stated = fact.relation in (Relation.ALIAS, Relation.MERGE)
    for at_ms in sorted({fact.first_ms, fact.last_ms}):
        a, b = (
            holder(node, at_ms) if kind is Kind.BROWSER else node for node, kind in zip(pair, fact.kinds, strict=True)
        )
        yield Edge(a, b, at_ms, fact.kinds, stated, pair)
