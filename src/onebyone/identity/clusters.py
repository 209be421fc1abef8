"""Edges to persons: a union-find that checks the limits before it joins (specs/measurement.md 3.2, 5 to 7, and 3.3).

Edges are taken in one order, whatever the order they arrived in: what a site or an operator stated first, then by
time. So the same edges always give the same persons, and an edge that is later than all others of the two clusters it
touches may be added without looking at those.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from onebyone.identity.nodes import PRIORITY, Kind
from onebyone.identity.rules import WEEK_MS, Rules

Rank = tuple[int, int, int, int, int]
LOWEST: Rank = (-1, 0, 0, 0, 0)


class Edge(Struct, frozen=True):
    """Two identifiers that were said to belong to one person, first at that time."""

    a: int
    b: int
    at_ms: int
    kinds: tuple[Kind, Kind]  # of a and b
    stated: bool = False  # an alias or an operator's merge: may join two user ids
    fact: tuple[int, int] = (0, 0)  # the pair of identifiers as they were reported

    @property
    def rank(self) -> Rank:
        low, high = sorted((self.a, self.b))
        weight = min(PRIORITY[kind] for kind in self.kinds) * 10 + max(PRIORITY[kind] for kind in self.kinds)
        return (0 if self.stated else 1, self.at_ms, weight, low, high)


class Group(Struct, frozen=True):
    """What a cluster must remember of its members for the next edge."""

    first: tuple[int, int, int]  # (0 for a user id, since_ms, node) of the member that gives the person its id
    counts: dict[Kind, int]
    recent: tuple[int, ...] = ()  # when its newest browsers joined, newest first
    last: Rank = LOWEST  # the highest rank of an edge that touched it, refused ones included

    @property
    def person(self) -> int:
        return self.first[2]

    @property
    def size(self) -> int:
        return sum(self.counts.values())


class Refused(Struct, frozen=True):
    """An edge that would have broken a limit: both ends stay where they are."""

    edge: Edge
    limit: str  # the field of Rules


class Clusters(Struct):
    parents: dict[int, int] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)  # by root
    refused: list[Refused] = field(default_factory=list)

    def root(self, node: int) -> int:
        """The node itself if no edge ever touched it."""
        parents = self.parents
        while (parent := parents.get(node, node)) != node:
            parents[node] = node = parents.get(parent, parent)
        return node

    def person(self, node: int) -> int:
        root = self.root(node)
        return self.groups[root].person if root in self.groups else node

    def members(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for node in self.parents:
            found.setdefault(self.root(node), []).append(node)
        return found

    def add(self, edge: Edge, rules: Rules) -> None:
        """Edges must come by their rank."""
        for node, kind in zip((edge.a, edge.b), edge.kinds, strict=True):
            if node not in self.parents:
                self.parents[node] = node
                self.groups[node] = alone(node, kind, edge.at_ms)
        a, b = self.root(edge.a), self.root(edge.b)
        if a == b:
            self.groups[a] = _touched(self.groups[a], edge)
            return
        limit = broken_limit(self.groups[a], self.groups[b], edge, rules)
        if limit:
            self.refused.append(Refused(edge, limit))
            self.groups[a], self.groups[b] = _touched(self.groups[a], edge), _touched(self.groups[b], edge)
            return
        large, small = (a, b) if self.groups[a].size >= self.groups[b].size else (b, a)
        self.groups[large] = united(self.groups[large], self.groups.pop(small), edge, rules)
        self.parents[small] = large


def resolve(edges: Iterable[Edge], rules: Rules) -> Clusters:
    """Persons from all edges of one or more whole components."""
    clusters = Clusters()
    for edge in sorted(edges, key=_rank):
        clusters.add(edge, rules)
    return clusters


def alone(node: int, kind: Kind, since_ms: int) -> Group:
    """A cluster of one."""
    recent = (since_ms,) if kind is Kind.BROWSER else ()
    return Group(first=(int(kind is not Kind.USER), since_ms, node), counts={kind: 1}, recent=recent)


def united(a: Group, b: Group, edge: Edge, rules: Rules) -> Group:
    counts = {kind: a.counts.get(kind, 0) + b.counts.get(kind, 0) for kind in {*a.counts, *b.counts}}
    recent = sorted((*a.recent, *b.recent), reverse=True)[: min(rules.new_browsers, _MOST_RECENT) + 1]
    return Group(min(a.first, b.first), counts, tuple(recent), max(a.last, b.last, edge.rank))


def broken_limit(a: Group, b: Group, edge: Edge, rules: Rules) -> str:
    """The name of the limit that one person of both would break; "" if there is none."""
    counts = {kind: a.counts.get(kind, 0) + b.counts.get(kind, 0) for kind in Kind}
    if counts[Kind.USER] > rules.users and not edge.stated and a.counts.get(Kind.USER) and b.counts.get(Kind.USER):
        return "users"
    for kind, name in _NAMES.items():
        if counts[kind] > getattr(rules, name):
            return name
    within = [ms for ms in (*a.recent, *b.recent) if edge.at_ms - WEEK_MS < ms <= edge.at_ms]
    if len(within) > rules.new_browsers and not edge.stated:
        return "new_browsers"
    return "identifiers" if a.size + b.size > rules.identifiers else ""


_MOST_RECENT = 63  # more new browsers a week than this are not counted
_NAMES = {
    Kind.EMAIL: "emails", Kind.PHONE: "phones", Kind.EXTERNAL: "externals", Kind.BROWSER: "browsers",
}  # fmt: skip


def _touched(group: Group, edge: Edge) -> Group:
    if edge.rank <= group.last:
        return group
    return Group(group.first, group.counts, group.recent, edge.rank)


def _rank(edge: Edge) -> Rank:
    return edge.rank
