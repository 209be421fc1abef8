"""How long an edge between two identifiers takes, added and taken away, among a million others.

python scripts/bench_identity.py [edges]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Engine

from onebyone.event import visitor_hash
from onebyone.identity.clusters import Edge, resolve
from onebyone.identity.facts import BUCKET_MS, Fact, Relation
from onebyone.identity.nodes import Kind, held_node, user_node
from onebyone.identity.rules import DAY_MS, Rules
from onebyone.state.database import open_database, sqlite_url
from onebyone.state.graph import Cut, Node, Rows
from onebyone.state.identity import Identity

SITE, START_MS, DEVICES = "bench", 1_795_000_000_000, 4
MANY = 10**6
RULES = Rules()
LIFTED = replace(RULES, browsers=MANY, new_browsers=MANY, identifiers=MANY, browsers_of_value=MANY)
Row = tuple[str, str, str, str]


def said(user: str, browser: int, at_ms: int) -> Fact:
    return Fact(
        left=browser, right=user_node(SITE, user), relation=Relation.IDENTIFY, kinds=(Kind.BROWSER, Kind.USER),
        first_ms=at_ms, last_ms=at_ms, hit=bytes(16), by="tag", text=user, bucket=at_ms // BUCKET_MS,
    )  # fmt: skip


def identity_rows(edges: int = 1_000_000, members: int = 10_000) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as home:
        engine = open_database(sqlite_url(Path(home)))
        fill(engine, edges // DEVICES)
        identity = Identity(engine)
        later = START_MS + 100 * DAY_MS
        fresh = [said(f"u{n}", visitor_hash(SITE, f"new{n}"), later + n) for n in range(200)]
        yield row(f"identity: an edge added, {edges:,} present", _added(engine, identity, fresh, RULES), 5)
        undone = _timed(lambda fact: identity.cut(SITE, RULES, Cut(fact.left, fact.right, 0, "bench", "")), fresh[:50])
        yield row("identity: an edge undone", undone, 1_000)
        star = [said("star", visitor_hash(SITE, f"s{n}"), later + n) for n in range(members)]
        with engine.begin() as connection:
            identity.add(connection, star, SITE, LIFTED)
        more = [said("star", visitor_hash(SITE, f"t{n}"), later + members + n) for n in range(50)]
        added = _added(engine, identity, more, LIFTED)
        yield row(f"identity: an edge added to {members:,} members", added, 5)
        undone = _timed(lambda fact: identity.cut(SITE, LIFTED, Cut(fact.left, fact.right, 0, "b", "")), star[::2500])
        yield row(f"identity: an edge undone among {members:,} members", undone, 1_000)
        engine.dispose()


class Took(NamedTuple):
    wall_ms: float  # the median
    late_ms: float  # the 95th of a hundred
    cpu_ms: float  # the mean


def row(what: str, took: Took, goal_ms: int) -> Row:
    measured = f"{took.wall_ms:,.1f} ms (p95 {took.late_ms:,.1f}, CPU {took.cpu_ms:,.1f})"
    return what, measured, f"{goal_ms:,} ms", f"{goal_ms:,} ms"


def fill(engine: Engine, people: int) -> None:
    """As if each had signed in on each device: what `Identity.add` would have written, without its looking."""
    with engine.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO identity_sites VALUES ('{SITE}', {people})")
        for at in range(0, people, 5_000):
            _put(Rows(connection, SITE), range(at, min(people, at + 5_000)))
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _put(rows: Rows, people: range) -> None:
    facts, nodes, groups = [], {}, {}
    for n in people:
        user = user_node(SITE, f"u{n}")
        own = [said(f"u{n}", visitor_hash(SITE, f"{n}/{d}"), START_MS + d * DAY_MS * 8) for d in range(DEVICES)]
        edges = [Edge(held_node(fact.left, user), user, fact.first_ms, fact.kinds) for fact in own]
        (groups[n + 1],) = resolve(edges, RULES).groups.values()
        nodes[user] = Node(Kind.USER, f"u{n}", root=n + 1, lefts=DEVICES)
        nodes |= {
            edge.a: Node(Kind.BROWSER, owner=fact.left, root=n + 1) for edge, fact in zip(edges, own, strict=True)
        }
        facts += own
    rows.put_facts(facts)
    rows.put_nodes(nodes)
    rows.put_groups(groups)


def _added(engine: Engine, identity: Identity, facts: Iterable[Fact], rules: Rules) -> Took:
    def add(fact: Fact) -> None:
        with engine.begin() as connection:
            identity.add(connection, [fact], SITE, rules)

    return _timed(add, facts)


def _timed(work: Callable[[Fact], object], facts: Iterable[Fact]) -> Took:
    took, cpu = [], time.process_time()
    for fact in facts:
        began = time.perf_counter()
        work(fact)
        took.append((time.perf_counter() - began) * 1000)
    cpu_ms = (time.process_time() - cpu) * 1000 / len(took)
    return Took(statistics.median(took), statistics.quantiles(took, n=20)[-1], cpu_ms)


def main() -> None:
    for what, measured, goal, _ in identity_rows(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000):
        print(f"{what:52} {measured:>44}   of {goal}", flush=True)


if __name__ == "__main__":
    main()
