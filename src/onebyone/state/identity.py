"""Persons: edges as facts, clusters computed from them, and the rows of the store that follow.

Written in the pipeline's transaction, and by the console. A row that changed is pending until the pipeline has put it
into the log "events": a crash in between sends it again, under the same version.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.exc import DBAPIError

from onebyone.identity.facts import Fact
from onebyone.identity.nodes import Kind, user_node, value_node
from onebyone.identity.rules import LARGE_CLUSTER, Rules
from onebyone.state.database import StateUnavailable
from onebyone.state.graph import GROUPS, REFUSED, ROWS, Cut, Node, Row, Rows, signed
from onebyone.state.joining import Joining, merge_fact

_AT_ONCE = 10_000  # rows handed out


class Tie(Struct, frozen=True):
    """A pair of identifiers and what was said of it."""

    left: int
    right: int
    left_kind: Kind
    right_kind: Kind
    relation: str
    first_ms: int
    last_ms: int
    hit: bytes
    n: int
    by: str
    refused: str = ""  # the limit it would break
    cut: Cut | None = None


class Person(Struct, frozen=True):
    """A cluster as it stands: its identifiers, and the ties among them."""

    id: int
    nodes: dict[int, Node]  # by number; a browser's shares have the browser as owner
    ties: list[Tie]

    @property
    def browsers(self) -> list[int]:
        return sorted({node.owner or number for number, node in self.nodes.items() if node.kind is Kind.BROWSER})


class Quality(Struct, frozen=True):
    clusters: int
    largest: int
    large: int  # of LARGE_CLUSTER identifiers and more
    conflicts: int


class Identity:
    """Every call is one transaction, but for `add` and `settle`, which take part in the caller's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, connection: Connection, facts: Iterable[Fact], site: str, rules: Rules) -> None:
        """Facts that are known change nothing. May block until another process has finished with the site."""
        joining = Joining(Rows(connection, site), rules)
        if joining.add(facts):
            joining.finish()

    def pending(self) -> list[Row]:
        """Rows that the log does not have yet. Raises StateUnavailable."""
        try:
            with self._engine.connect() as connection:
                found = connection.execute(select(ROWS.c.body).where(ROWS.c.pending).limit(_AT_ONCE)).scalars()
                return [msgspec.json.decode(body, type=Row) for body in found]
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error

    def settle(self, connection: Connection, rows: Iterable[Row]) -> None:
        """These versions are in the log now; a later version stays pending."""
        for row in rows:
            same = (ROWS.c.site == row.site, ROWS.c.visitor == signed(row.visitor), ROWS.c.version == row.version)
            connection.execute(update(ROWS).where(*same).values(pending=False))

    def send_again(self) -> None:
        """All rows, as in a replay that fills an empty store."""
        with self._engine.begin() as connection:
            connection.execute(update(ROWS).values(pending=True))

    def cut(self, site: str, rules: Rules, cut: Cut, *, try_only: bool = False) -> list[Row]:
        """Take a tie away; the rows that become different. With `try_only` nothing changes."""
        return self._change(site, rules, lambda joining: joining.cut(cut), try_only=try_only)

    def restore(self, site: str, rules: Rules, left: int, right: int, *, try_only: bool = False) -> list[Row]:
        return self._change(site, rules, lambda joining: joining.restore(left, right), try_only=try_only)

    def merge(
        self, site: str, rules: Rules, pair: tuple[tuple[int, Kind], tuple[int, Kind]], *, at_ms: int, by: str,
        try_only: bool = False,
    ) -> list[Row]:  # fmt: skip
        """Two identifiers are one person, says an operator. A limit may refuse it: then no row changes."""
        fact = merge_fact(*pair, at_ms=at_ms, by=by)

        def put(joining: Joining) -> None:
            joining.restore(fact.left, fact.right)
            joining.add([fact])

        return self._change(site, rules, put, try_only=try_only)

    def forget(self, connection: Connection, site: str, rules: Rules, visitor: int, until_ms: int) -> None:
        """Drop what was said of a browser up to then: its consent is withdrawn. What is left said of it stands."""
        rows = Rows(connection, site)
        joining = Joining(rows, rules)
        said = [*joining.facts(visitor), *rows.facts_right([visitor])]
        gone = {(fact.left, *fact.key): fact for fact in said if fact.first_ms <= until_ms}
        if gone:
            joining.drop(gone.values())
            joining.finish()

    def erase(self, site: str, rules: Rules, nodes: Collection[int]) -> int:
        """Forget these identifiers and all that was said of them; returns how many sayings went.

        Whom they were joined with stays as the rest says. The store must be told to forget their rows itself.
        """
        with self._engine.begin() as connection:
            rows = Rows(connection, site)
            joining = Joining(rows, rules)
            said = [*rows.facts_left(nodes), *rows.facts_right(nodes)]
            gone = {(fact.left, *fact.key): fact for fact in said}
            joining.drop(gone.values())
            joining.finish()
            rows.erase(nodes)
            return len(gone)

    def find(self, site: str, kind: Kind, text: str) -> int:
        """The number of a user id or a keyed hash, as it is kept; 0 if nothing was ever said of it."""
        node = user_node(site, text) if kind is Kind.USER else value_node(site, kind, text)
        with self._engine.connect() as connection:
            return node if Rows(connection, site).nodes({node}) else 0

    def person(self, site: str, node: int) -> Person:
        """The cluster of a node; of one that nothing is known of, the node alone."""
        with self._engine.connect() as connection:
            rows = Rows(connection, site)
            nodes = rows.nodes({node})
            roots = {found.root for found in nodes.values() if found.root}
            members = rows.members(roots) or nodes or {node: Node(Kind.BROWSER, owner=node)}
            group = rows.groups(roots)
            id = next(iter(group.values())).person if group else node
            return Person(id, members, self._ties(rows, members))

    def row(self, site: str, visitor: int) -> Row | None:
        """What the store is told of a browser or a user id; None where it is its own person."""
        with self._engine.connect() as connection:
            return Rows(connection, site).rows({visitor}).get(visitor)

    def quality(self, site: str) -> Quality:
        with self._engine.connect() as connection:
            sizes = select(func.count(), func.max(GROUPS.c.size)).where(GROUPS.c.site == site)
            clusters, largest = connection.execute(sizes).one()
            large = select(func.count()).where(GROUPS.c.site == site, GROUPS.c.size >= LARGE_CLUSTER)
            conflicts = select(func.count()).where(REFUSED.c.site == site)
            return Quality(
                clusters=clusters, largest=largest or 1, large=connection.execute(large).scalar_one(),
                conflicts=connection.execute(conflicts).scalar_one(),
            )  # fmt: skip

    def _change(self, site: str, rules: Rules, put: Callable[[Joining], None], *, try_only: bool) -> list[Row]:
        with self._engine.connect() as connection, connection.begin() as transaction:
            joining = Joining(Rows(connection, site), rules)
            put(joining)
            rows = joining.finish()
            if try_only:
                transaction.rollback()
            return rows

    def _ties(self, rows: Rows, members: Mapping[int, Node]) -> list[Tie]:
        browsers = {node.owner or number for number, node in members.items() if node.kind is Kind.BROWSER}
        others = {number for number, node in members.items() if node.kind is not Kind.BROWSER}
        facts = [*rows.facts_left(browsers | others), *rows.facts_right(browsers | others)]
        cuts = {(cut.left, cut.right): cut for cut in rows.cuts({fact.left for fact in facts})}
        refused = rows.refused(members)
        by_pair: dict[tuple[int, int], list[Fact]] = {}
        for fact in facts:
            if fact.right:
                by_pair.setdefault((fact.left, fact.right), []).append(fact)
        return [_tie(said, refused.get(pair, ""), cuts.get(pair)) for pair, said in sorted(by_pair.items())]


def _tie(said: Sequence[Fact], refused: str, cut: Cut | None) -> Tie:
    first = min(said, key=lambda fact: (fact.first_ms, fact.hit, fact.n))
    return Tie(
        left=first.left, right=first.right, left_kind=first.kinds[0], right_kind=first.kinds[1],
        relation=first.relation, first_ms=first.first_ms, last_ms=max(fact.last_ms for fact in said), hit=first.hit,
        n=first.n, by=first.by, refused=refused, cut=cut,
    )  # fmt: skip
