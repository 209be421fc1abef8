"""Persons from edges: against a plain search through the graph, and with limits."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.identity.clusters import Clusters, Edge, resolve
from onebyone.identity.nodes import Kind
from onebyone.identity.rules import DAY_MS, WEEK_MS, Rules

MANY = 10**9
NO_LIMITS = Rules(
    users=MANY, emails=MANY, phones=MANY, externals=MANY, browsers=MANY, new_browsers=MANY, identifiers=MANY
)
BB = (Kind.BROWSER, Kind.BROWSER)
UB = (Kind.USER, Kind.BROWSER)
UE = (Kind.USER, Kind.EMAIL)


def _components(pairs: list[tuple[int, int]]) -> set[frozenset[int]]:
    """By search, as slow and as plain as can be."""
    near: dict[int, set[int]] = {}
    for a, b in pairs:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    found = set()
    for start in near:
        seen, waiting = {start}, [start]
        while waiting:
            fresh = near[waiting.pop()] - seen
            seen |= fresh
            waiting += fresh
        found.add(frozenset(seen))
    return found


def _found(clusters: Clusters) -> set[frozenset[int]]:
    return {frozenset(members) for members in clusters.members().values()}


def _edges(pairs: list[tuple[int, int]]) -> list[Edge]:
    return [Edge(a, b, at_ms, BB) for at_ms, (a, b) in enumerate(pairs)]


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), max_size=60))
def test_without_limits_persons_are_the_components_of_the_graph(pairs: list[tuple[int, int]]) -> None:
    assert _found(resolve(_edges(pairs), NO_LIMITS)) == _components(pairs)


@pytest.mark.parametrize("shape", ["chain", "star"])
def test_ten_thousand_nodes_are_one_person_with_the_oldest_id(shape: str) -> None:
    pairs = [(n if shape == "chain" else 1, n + 1) for n in range(1, 10_000)]
    edges = _edges(pairs)
    Random(7).shuffle(edges)
    clusters = resolve(edges, NO_LIMITS)
    assert {clusters.person(node) for node in range(1, 10_001)} == {1}
    assert next(iter(clusters.groups.values())).size == 10_000


def test_an_edge_removed_from_a_chain_leaves_two_persons() -> None:
    pairs = [(n, n + 1) for n in range(1, 1_000) if n != 500]
    clusters = resolve(_edges(pairs), NO_LIMITS)
    assert (clusters.person(500), clusters.person(501), clusters.person(1_000)) == (1, 501, 501)


KINDS = {node: Kind.USER if node < 6 else Kind.EMAIL if node < 12 else Kind.BROWSER for node in range(1, 40)}
LIMITED = st.lists(
    st.tuples(st.integers(1, 39), st.integers(1, 39), st.integers(0, 60), st.booleans()), max_size=50
)  # fmt: skip


@given(LIMITED, st.randoms(use_true_random=False))
def test_with_limits_the_order_of_arrival_changes_nothing_and_none_is_broken(
    rows: list[tuple[int, int, int, bool]], random: object
) -> None:
    edges = [Edge(a, b, day * DAY_MS, (KINDS[a], KINDS[b]), stated) for a, b, day, stated in rows if a != b]
    rules = Rules(emails=2, browsers=4, new_browsers=2, identifiers=6)
    clusters = resolve(edges, rules)
    shuffled = list(edges)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = resolve(shuffled, rules)
    assert _found(clusters) == _found(again) and clusters.refused == again.refused
    stated = any(edge.stated for edge in edges)
    for members in _found(clusters):
        kinds = [KINDS[node] for node in members]
        assert kinds.count(Kind.USER) <= 1 or stated
        assert kinds.count(Kind.EMAIL) <= 2 and kinds.count(Kind.BROWSER) <= 4 and len(kinds) <= 6


@given(LIMITED)
def test_an_edge_added_last_is_as_if_all_were_taken_at_once(rows: list[tuple[int, int, int, bool]]) -> None:
    edges = [Edge(a, b, day * DAY_MS, (KINDS[a], KINDS[b])) for a, b, day, _ in rows if a != b]
    edges.sort(key=lambda edge: edge.rank)
    step = Clusters()
    for edge in edges:
        step.add(edge, Rules())
    assert _found(step) == _found(resolve(edges, Rules()))


def test_an_email_never_joins_two_users_unless_the_site_allows_it() -> None:
    edges = [Edge(1, 9, 0, UE), Edge(2, 9, 5, UE)]
    apart = resolve(edges, Rules())
    assert apart.person(9) == 1 and apart.person(2) == 2
    assert [(refused.edge, refused.limit) for refused in apart.refused] == [(edges[1], "users")]
    assert resolve(edges, Rules(users=2)).person(2) == 1


def test_a_stated_alias_joins_two_users() -> None:
    clusters = resolve([Edge(1, 2, 7, (Kind.USER, Kind.USER), stated=True)], Rules())
    assert clusters.person(1) == clusters.person(2)


def test_a_sixth_new_browser_within_a_week_is_refused_and_one_later_is_not() -> None:
    edges = [Edge(1, 10 + n, n * 1000, UB) for n in range(6)] + [Edge(1, 20, WEEK_MS + 5_000, UB)]
    clusters = resolve(edges, Rules())
    assert [(refused.edge.b, refused.limit) for refused in clusters.refused] == [(15, "new_browsers")]
    assert clusters.person(20) == 1


def test_a_cluster_stops_growing_at_a_hundred_identifiers() -> None:
    edges = [Edge(n, n + 1, n * WEEK_MS, BB) for n in range(1, 200)]
    clusters = resolve(edges, Rules(browsers=MANY))
    assert max(group.size for group in clusters.groups.values()) == 100
    assert {refused.limit for refused in clusters.refused} == {"identifiers"}
