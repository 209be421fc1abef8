"""The kept graph against the rules applied to all facts at once: whatever the order, the batches and the cuts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select

from fakes.state import a_database
from onebyone.identity.clusters import resolve
from onebyone.identity.facts import BUCKET_MS, Fact, Relation, earlier_and_later, edges_of, timeline_of
from onebyone.identity.nodes import Kind
from onebyone.identity.rules import DAY_MS, Rules
from onebyone.state import graph
from onebyone.state.graph import Cut, Row
from onebyone.state.identity import Identity

SITE = "s1"
BROWSERS, USERS, EMAILS = (1001, 2**64 - 5, 1003, 1004), (1, 2, 3), (501, 502, 503)
TABLES = (graph.SITES, graph.FACTS, graph.NODES, graph.GROUPS, graph.REFUSED, graph.CUTS, graph.ROWS)
_IDS = ("left", "right", "node", "text", "owner", "a", "b", "visitor")
RULES = Rules(emails=2, browsers=3, new_browsers=3, identifiers=7)


def identify(browser: int, user: int, at_ms: int) -> Fact:
    relation = Relation.IDENTIFY if user else Relation.RESET
    bucket = at_ms // BUCKET_MS if user else at_ms
    return Fact(
        left=browser, right=user, relation=relation, kinds=(Kind.BROWSER, Kind.USER), first_ms=at_ms, last_ms=at_ms,
        hit=at_ms.to_bytes(16, "big"), by="tag", text=f"u{user}" if user else "", bucket=bucket,
    )  # fmt: skip


def says_email(left: int, email: int, at_ms: int) -> Fact:
    kind, bucket = (Kind.USER, 0) if left in USERS else (Kind.BROWSER, at_ms // BUCKET_MS)
    return Fact(
        left=left, right=email, relation=Relation.VALUE, kinds=(kind, Kind.EMAIL), first_ms=at_ms, last_ms=at_ms,
        hit=at_ms.to_bytes(16, "big"), by="tag", text=f"e{email}", bucket=bucket,
    )  # fmt: skip


def alias(a: int, b: int, at_ms: int) -> Fact:
    low, high = sorted((a, b))
    return Fact(
        left=low, right=high, relation=Relation.ALIAS, kinds=(Kind.USER, Kind.USER), first_ms=at_ms, last_ms=at_ms,
        hit=at_ms.to_bytes(16, "big"),
    )  # fmt: skip


def link(a: int, b: int, at_ms: int) -> Fact:
    return Fact(
        left=a, right=b, relation=Relation.LINK, kinds=(Kind.BROWSER, Kind.BROWSER), first_ms=at_ms, last_ms=at_ms,
        hit=at_ms.to_bytes(16, "big"), bucket=at_ms // BUCKET_MS,
    )  # fmt: skip


class Bench:
    def __init__(self, engine: Engine, rules: Rules = RULES) -> None:
        self.engine, self.rules, self.identity = engine, rules, Identity(engine)

    def add(self, *facts: Fact, site: str = SITE) -> None:
        with self.engine.begin() as connection:
            self.identity.add(connection, facts, site, self.rules)

    def cut(self, left: int, right: int, *, try_only: bool = False) -> list[Row]:
        cut = Cut(left, right, 0, "ann", "wrong")
        return self.identity.cut(SITE, self.rules, cut, try_only=try_only)

    def persons(self, site: str = SITE) -> dict[int, list[tuple[int, int]]]:
        """Of each browser and user id, when it is whose."""
        found = {}
        for visitor in (*BROWSERS, *USERS):
            row = self.identity.row(site, visitor)
            found[visitor] = [(0, visitor)] if row is None or row.removed else spans_of(row)
        return found

    def empty(self) -> None:
        with self.engine.begin() as connection:
            for table in TABLES:
                connection.execute(delete(table))


def spans_of(row: Row) -> list[tuple[int, int]]:
    return squeezed(list(zip(row.starts, row.persons, strict=True)) or [(0, row.person)])


def squeezed(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [span for at, span in enumerate(spans) if at == 0 or spans[at - 1][1] != span[1]]


def expected(facts: Iterable[Fact], rules: Rules) -> dict[int, list[tuple[int, int]]]:
    """All at once, with nothing kept."""
    known: dict[tuple[int, int, int], Fact] = {}
    for fact in facts:
        known[fact.key] = earlier_and_later(known[fact.key], fact) if fact.key in known else fact
    lines = {b: timeline_of(b, [fact for fact in known.values() if fact.left == b], rules) for b in BROWSERS}
    clusters = resolve(edges_of(list(known.values()), lambda b, at_ms: lines[b].holder(at_ms)).values(), rules)
    found = {user: [(0, clusters.person(user))] for user in USERS}
    for browser, line in lines.items():
        found[browser] = squeezed([(span.start_ms, clusters.person(span.node)) for span in line.spans])
    return found


TIMES = st.integers(0, 40).map(lambda n: 10 * DAY_MS + n * 7 * 3_600_000)
FACTS = st.one_of(
    st.builds(identify, st.sampled_from(BROWSERS), st.sampled_from((0, *USERS)), TIMES),
    st.builds(says_email, st.sampled_from((*BROWSERS, *USERS)), st.sampled_from(EMAILS), TIMES),
    st.builds(alias, st.just(1), st.sampled_from((2, 3)), TIMES),
    st.builds(link, st.just(1001), st.sampled_from((1003, 1004)), TIMES),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    engine = a_database(tmp_path_factory.mktemp("identity"))
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA synchronous=OFF")
    yield Bench(engine)
    engine.dispose()


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FACTS, max_size=14), st.lists(st.integers(1, 4), min_size=14, max_size=14))
def test_facts_in_any_order_and_any_batches_give_what_all_at_once_give(
    shared: Bench, facts: list[Fact], sizes: list[int]
) -> None:
    shared.empty()
    rest = list(facts)
    for size in sizes:
        batch, rest = rest[:size], rest[size:]
        if batch:
            shared.add(*batch)
    shared.add(*facts)  # again: nothing changes
    assert shared.persons() == expected(facts, RULES)


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FACTS, min_size=1, max_size=12), st.data())
def test_a_cut_leaves_what_the_other_facts_alone_would_give_and_its_undo_brings_it_back(
    shared: Bench, facts: list[Fact], data: st.DataObject
) -> None:
    shared.empty()
    for fact in facts:
        shared.add(fact)
    before = shared.persons()
    gone = data.draw(st.sampled_from(facts))
    tried = shared.cut(gone.left, gone.right, try_only=True)
    assert shared.persons() == before
    assert shared.cut(gone.left, gone.right) == tried
    left = [fact for fact in facts if (fact.left, fact.right) != (gone.left, gone.right)]
    assert shared.persons() == expected(left, RULES)
    shared.add(gone)  # said again: it stays cut
    assert shared.persons() == expected(left, RULES)
    shared.identity.restore(SITE, RULES, gone.left, gone.right)
    assert shared.persons() == before


def test_two_devices_become_one_person_who_keeps_the_user_s_id(engine: Engine) -> None:
    bench = Bench(engine)
    bench.add(identify(1001, 1, 5), identify(1003, 1, 9))
    assert bench.persons()[1001] == bench.persons()[1003] == [(0, 1)]
    person = bench.identity.person(SITE, 1)
    assert (person.id, person.browsers) == (1, [1001, 1003])
    assert [(tie.left, tie.right, tie.relation, tie.by) for tie in person.ties] == [
        (1001, 1, "identify", "tag"),
        (1003, 1, "identify", "tag"),
    ]


def test_two_sites_with_the_same_ids_never_meet(engine: Engine) -> None:
    bench = Bench(engine)
    bench.add(identify(1001, 1, 5))
    bench.add(identify(1003, 1, 6), site="s2")
    assert bench.persons()[1003] == [(0, 1003)] and bench.persons("s2")[1001] == [(0, 1001)]
    bench.cut(1001, 1)
    assert bench.persons("s2")[1003] == [(0, 1)]


def test_a_row_is_pending_until_it_is_settled_and_a_later_version_stays_so(engine: Engine) -> None:
    bench = Bench(engine)
    bench.add(identify(1001, 1, 5))
    (first,) = bench.identity.pending()
    assert (first.visitor, first.person, first.version, first.retro) == (1001, 1, 1, (1, 0))
    bench.cut(1001, 1)
    with engine.begin() as connection:
        bench.identity.settle(connection, [first])
    (second,) = bench.identity.pending()
    assert (second.version, second.removed) == (2, 1)
    with engine.begin() as connection:
        bench.identity.settle(connection, [second])
    assert bench.identity.pending() == []
    bench.identity.send_again()
    assert bench.identity.pending() == [second]


def test_an_operator_joins_two_browsers_and_takes_it_back(engine: Engine) -> None:
    bench = Bench(engine)
    pair = ((1001, Kind.BROWSER), (1003, Kind.BROWSER))
    bench.identity.merge(SITE, RULES, pair, at_ms=7, by="ann")
    assert bench.persons()[1003] == [(0, 1001)]
    bench.cut(1001, 1003)
    assert bench.persons()[1003] == [(0, 1003)]
    bench.identity.merge(SITE, RULES, pair, at_ms=7, by="ann")
    assert bench.persons()[1003] == [(0, 1001)]


def test_a_value_on_too_many_browsers_names_nobody_from_then_on(engine: Engine) -> None:
    bench = Bench(engine, Rules(browsers_of_value=5, new_browsers=50))
    for n in range(6):
        bench.add(identify(2000 + n, 1, n))
    row = bench.identity.row(SITE, 1)
    assert row is not None and row.person == 0
    browser = bench.identity.row(SITE, 2000)
    assert browser is not None and browser.removed
    bench.add(identify(3000, 1, 99))
    assert bench.identity.row(SITE, 3000) is None


def test_forgetting_a_browser_takes_its_facts_and_its_row(engine: Engine) -> None:
    bench = Bench(engine)
    bench.add(identify(1001, 1, 5), identify(1003, 1, 6))
    with engine.begin() as connection:
        bench.identity.forget(connection, SITE, RULES, 1001, 10**15)
    assert bench.persons()[1001] == [(0, 1001)] and bench.persons()[1003] == [(0, 1)]
    assert bench.identity.person(SITE, 1).browsers == [1003]


def test_conflicts_are_counted(engine: Engine) -> None:
    bench = Bench(engine)
    bench.add(says_email(1, 501, 5), says_email(2, 501, 6))
    quality = bench.identity.quality(SITE)
    assert (quality.conflicts, quality.largest, quality.large) == (1, 2, 0)
    (tie,) = [tie for tie in bench.identity.person(SITE, 2).ties if tie.left == 2]
    assert tie.refused == "users"


def test_what_was_not_committed_is_not_there(engine: Engine, tmp_path: Path) -> None:
    bench = Bench(engine)
    with engine.connect() as connection, connection.begin() as transaction:
        bench.identity.add(connection, [identify(1001, 1, 5)], SITE, RULES)
        transaction.rollback()
    assert bench.identity.pending() == [] and bench.persons()[1001] == [(0, 1001)]


def test_who_is_erased_is_in_no_table_and_the_other_user_of_their_browser_stays(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    identity = Identity(engine)
    shared, own = BROWSERS[0], BROWSERS[1]
    facts = [
        identify(own, USERS[0], 1_000), identify(shared, USERS[0], 2_000), says_email(USERS[0], EMAILS[0], 3_000),
        identify(shared, USERS[1], DAY_MS), says_email(USERS[1], EMAILS[1], DAY_MS + 1_000),
    ]  # fmt: skip
    with engine.begin() as connection:
        identity.add(connection, facts, SITE, RULES)
    before = identity.person(SITE, USERS[1])
    person = identity.person(SITE, USERS[0])
    theirs = {number for number, node in person.nodes.items() if node.owner != number or number == own} | {own}
    assert identity.erase(SITE, RULES, theirs - {shared}) == 3
    assert identity.erase(SITE, RULES, theirs - {shared}) == 0
    gone = {graph.signed(number) for number in theirs - {shared}} | {"u1", f"e{EMAILS[0]}"}
    with engine.connect() as connection:
        for table in TABLES:
            ids = [column for column in table.columns if column.name in _IDS]
            held = {cell for row in connection.execute(select(*ids)) for cell in row} if ids else set()
            assert held.isdisjoint(gone), table.name
    after = identity.person(SITE, USERS[1])
    assert {*after.nodes} & {USERS[1], EMAILS[1]} == {*before.nodes} & {USERS[1], EMAILS[1]}
    row = identity.row(SITE, shared)
    assert row is not None and USERS[0] not in (row.persons or (row.person,))
    engine.dispose()
