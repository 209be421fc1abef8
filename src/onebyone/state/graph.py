"""The tables of identity, read and written for one site within one transaction.

Numbers of nodes have 64 bits without a sign; databases know only signed ones, so they are shifted on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    bindparam,
    delete,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from onebyone.identity.clusters import Group, Refused
from onebyone.identity.facts import Fact, Relation
from onebyone.identity.nodes import Kind
from onebyone.state.database import METADATA

SITES = Table(
    "identity_sites",  # one row a site: whoever writes it holds the site's graph until the transaction ends
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("roots", BigInteger, nullable=False),  # names of clusters given out so far
)
FACTS = Table(
    "identity_facts",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("left", BigInteger, primary_key=True),
    Column("right", BigInteger, primary_key=True),
    Column("bucket", BigInteger, primary_key=True),
    Column("relation", String(16), nullable=False),
    Column("left_kind", String(16), nullable=False),
    Column("right_kind", String(16), nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Column("hit", LargeBinary(16), nullable=False),
    Column("n", Integer, nullable=False),
    Column("by", String(100), nullable=False),
    Index("identity_facts_right", "right", "site"),
    sqlite_with_rowid=False,
)
NODES = Table(
    "identity_nodes",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("node", BigInteger, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("text", String(255), nullable=False),  # the user id, the keyed hash; "" of a browser
    Column("owner", BigInteger, nullable=False),  # of a share of a browser: the browser; else 0
    Column("root", BigInteger, nullable=False),  # name of its cluster; 0: none
    Column("lefts", Integer, nullable=False),  # how many identifiers named it
    Column("blocked", Boolean, nullable=False),
    Index("identity_nodes_root", "root", "site"),
    sqlite_with_rowid=False,
)
GROUPS = Table(
    "identity_groups",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("root", BigInteger, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # the Group, as JSON
    sqlite_with_rowid=False,
)
REFUSED = Table(
    "identity_refused",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("a", BigInteger, primary_key=True),
    Column("b", BigInteger, primary_key=True),
    Column("left", BigInteger, nullable=False),
    Column("right", BigInteger, nullable=False),
    Column("limit", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("identity_refused_b", "b", "site"),
    sqlite_with_rowid=False,
)
CUTS = Table(
    "identity_cuts",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("left", BigInteger, primary_key=True),
    Column("right", BigInteger, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("by", String(100), nullable=False),
    Column("why", String(255), nullable=False),
    sqlite_with_rowid=False,
)
ROWS = Table(
    "identity_rows",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("visitor", BigInteger, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("pending", Boolean, nullable=False),  # not yet in the log "events"
    Column("body", LargeBinary, nullable=False),  # the Row, as JSON
    sqlite_with_rowid=False,
)
Index(
    "identity_rows_pending", ROWS.c.site, ROWS.c.visitor,
    sqlite_where=text("pending = 1"), postgresql_where=text("pending"),
)  # fmt: skip

_AT_ONCE = 500  # variables of one statement
_JSON = msgspec.json.Encoder()
_GROUPS = msgspec.json.Decoder(Group)


class Node(Struct):
    """An identifier as it is kept."""

    kind: Kind
    text: str = ""
    owner: int = 0
    root: int = 0
    lefts: int = 0
    blocked: bool = False


class Row(Struct, frozen=True, omit_defaults=True):
    """What the store must know of one browser or user id: whose it is, a row of the table `identity`.

    `starts` in milliseconds, with the person and whether it was joined afterwards from each on; empty where `person`
    holds for all time. `person` 0: the value names nobody.
    """

    site: str
    visitor: int
    kind: str  # browser, user
    person: int
    version: int
    starts: tuple[int, ...] = ()
    persons: tuple[int, ...] = ()
    retro: tuple[int, ...] = ()
    removed: int = 0


class Cut(Struct, frozen=True):
    left: int
    right: int
    at_ms: int
    by: str
    why: str


class Rows:
    """The rows of one site, through one connection in a transaction. Nothing is cached."""

    def __init__(self, connection: Connection, site: str) -> None:
        self._connection = connection
        self.site = site

    def lock(self) -> None:
        """Wait until no other transaction changes this site's graph. Must come before anything is read."""
        self._connection.execute(_lock(self._connection.dialect.name), {"site": self.site, "roots": 0})

    def new_roots(self, count: int) -> range:
        taken = self._connection.execute(select(SITES.c.roots).where(SITES.c.site == self.site)).scalar_one()
        self._connection.execute(update(SITES).where(SITES.c.site == self.site).values(roots=taken + count))
        return range(taken + 1, taken + count + 1)

    def facts_left(self, lefts: Iterable[int]) -> Iterator[Fact]:
        return self._facts(FACTS.c.left, lefts)

    def facts_right(self, rights: Iterable[int]) -> Iterator[Fact]:
        return self._facts(FACTS.c.right, rights)

    def put_facts(self, facts: Iterable[Fact]) -> None:
        rows = [
            {
                "site": self.site, "left": signed(f.left), "right": signed(f.right), "bucket": f.bucket,
                "relation": f.relation, "left_kind": f.kinds[0], "right_kind": f.kinds[1], "first_ms": f.first_ms,
                "last_ms": f.last_ms, "hit": f.hit, "n": f.n, "by": f.by[:100],
            }
            for f in facts
        ]  # fmt: skip
        self._put(FACTS, rows, "first_ms", "last_ms", "hit", "n", "by")

    def nodes(self, nodes: Iterable[int]) -> dict[int, Node]:
        return dict(self._nodes(NODES.c.node, nodes))

    def members(self, roots: Iterable[int]) -> dict[int, Node]:
        return dict(self._nodes(NODES.c.root, roots))

    def put_nodes(self, nodes: dict[int, Node]) -> None:
        rows = [
            {"site": self.site, "node": signed(number), "kind": node.kind, "text": node.text,
             "owner": signed(node.owner), "root": node.root, "lefts": node.lefts, "blocked": node.blocked}
            for number, node in nodes.items()
        ]  # fmt: skip
        self._put(NODES, rows, "text", "root", "lefts", "blocked")

    def groups(self, roots: Iterable[int]) -> dict[int, Group]:
        found = self._in((GROUPS.c.root, GROUPS.c.body), GROUPS.c.root, roots)
        return {root: _GROUPS.decode(body) for root, body in found}

    def put_groups(self, groups: dict[int, Group]) -> None:
        rows = [
            {"site": self.site, "root": root, "size": group.size, "body": _JSON.encode(group)}
            for root, group in groups.items()
        ]
        self._put(GROUPS, rows, "size", "body")

    def drop_groups(self, roots: Iterable[int]) -> None:
        self._delete(GROUPS, GROUPS.c.root, roots)

    def put_refused(self, refused: Iterable[Refused]) -> None:
        rows = [
            {"site": self.site, "a": signed(one.edge.a), "b": signed(one.edge.b), "left": signed(one.edge.fact[0]),
             "right": signed(one.edge.fact[1]), "limit": one.limit, "at_ms": one.edge.at_ms}
            for one in refused
        ]  # fmt: skip
        self._put(REFUSED, rows, "left", "right", "limit", "at_ms")

    def drop_refused(self, nodes: Iterable[int]) -> None:
        wanted = [signed(node) for node in nodes]
        self._delete(REFUSED, REFUSED.c.a, wanted)
        self._delete(REFUSED, REFUSED.c.b, wanted)

    def refused(self, nodes: Iterable[int]) -> dict[tuple[int, int], str]:
        """The limits that pairs of reported identifiers would break, as far as they touch these nodes."""
        columns = (REFUSED.c.left, REFUSED.c.right, REFUSED.c.limit)
        wanted = [signed(node) for node in nodes]
        rows = [*self._in(columns, REFUSED.c.a, wanted), *self._in(columns, REFUSED.c.b, wanted)]
        return {(unsigned(left), unsigned(right)): limit for left, right, limit in rows}

    def cuts(self, lefts: Iterable[int]) -> list[Cut]:
        columns = (CUTS.c.left, CUTS.c.right, CUTS.c.at_ms, CUTS.c.by, CUTS.c.why)
        rows = self._in(columns, CUTS.c.left, map(signed, lefts))
        return [Cut(unsigned(left), unsigned(right), *rest) for left, right, *rest in rows]

    def put_cut(self, cut: Cut) -> None:
        row = {"site": self.site, "left": signed(cut.left), "right": signed(cut.right), "at_ms": cut.at_ms,
               "by": cut.by[:100], "why": cut.why[:255]}  # fmt: skip
        self._put(CUTS, [row], "at_ms", "by", "why")

    def drop_cut(self, left: int, right: int) -> None:
        same = (CUTS.c.site == self.site, CUTS.c.left == signed(left), CUTS.c.right == signed(right))
        self._connection.execute(delete(CUTS).where(*same))

    def drop_fact(self, fact: Fact) -> None:
        same = (FACTS.c.left == signed(fact.left), FACTS.c.right == signed(fact.right))
        bucket = FACTS.c.bucket == fact.bucket
        self._connection.execute(delete(FACTS).where(FACTS.c.site == self.site, *same, bucket))

    def rows(self, visitors: Iterable[int]) -> dict[int, Row]:
        found = self._in((ROWS.c.body,), ROWS.c.visitor, map(signed, visitors))
        decoded = (msgspec.json.decode(body, type=Row) for (body,) in found)
        return {row.visitor: row for row in decoded}

    def put_rows(self, rows: Iterable[Row]) -> None:
        written = [
            {"site": self.site, "visitor": signed(row.visitor), "version": row.version, "pending": True,
             "body": _JSON.encode(row)}
            for row in rows
        ]  # fmt: skip
        self._put(ROWS, written, "version", "pending", "body")

    def erase(self, nodes: Iterable[int]) -> None:
        """Everything about these but what was said of them: see `facts_left`, `facts_right` and `drop_fact`."""
        wanted = [signed(node) for node in nodes]
        self.drop_refused(nodes)
        for column in (NODES.c.node, NODES.c.owner, ROWS.c.visitor, CUTS.c.left, CUTS.c.right):
            self._delete(column.table, column, wanted)

    def _facts(self, column: Any, wanted: Iterable[int]) -> Iterator[Fact]:
        columns = (
            FACTS.c.left, FACTS.c.right, FACTS.c.relation, FACTS.c.left_kind, FACTS.c.right_kind, FACTS.c.first_ms,
            FACTS.c.last_ms, FACTS.c.hit, FACTS.c.n, FACTS.c.by, FACTS.c.bucket,
        )  # fmt: skip
        for row in self._in(columns, column, map(signed, wanted)):
            left, right, relation, left_kind, right_kind, first_ms, last_ms, hit, n, by, bucket = row
            yield Fact(
                left=unsigned(left), right=unsigned(right), relation=Relation(relation),
                kinds=(Kind(left_kind), Kind(right_kind)), first_ms=first_ms, last_ms=last_ms, hit=bytes(hit), n=n,
                by=by, bucket=bucket,
            )  # fmt: skip

    def _nodes(self, column: Any, wanted: Iterable[int]) -> Iterator[tuple[int, Node]]:
        columns = (
            NODES.c.node, NODES.c.kind, NODES.c.text, NODES.c.owner, NODES.c.root, NODES.c.lefts, NODES.c.blocked,
        )  # fmt: skip
        values = map(signed, wanted) if column is NODES.c.node else wanted
        for node, kind, said, owner, root, lefts, blocked in self._in(columns, column, values):
            yield unsigned(node), Node(Kind(kind), said, unsigned(owner), root, lefts, blocked)

    def _in(self, columns: tuple[Column[Any], ...], column: Column[Any], values: Iterable[int]) -> Iterator[Any]:
        wanted = sorted(set(values))
        for at in range(0, len(wanted), _AT_ONCE):
            given = {"of": self.site, "among": wanted[at : at + _AT_ONCE]}
            yield from self._connection.execute(_select(columns, column), given).all()

    def _delete(self, table: Table, column: Column[Any], values: Iterable[int]) -> None:
        wanted = sorted(set(values))
        for at in range(0, len(wanted), _AT_ONCE):
            given = {"of": self.site, "among": wanted[at : at + _AT_ONCE]}
            self._connection.execute(delete(table).where(*where_among(column)), given)

    def _put(self, table: Table, rows: Sequence[dict[str, Any]], *changed: str) -> None:
        if rows:
            self._connection.execute(_upsert(table, self._connection.dialect.name, changed), list(rows))


@cache
def _select(columns: tuple[Column[Any], ...], column: Column[Any]) -> Select[Any]:
    """Made once: to put such a statement together takes longer than the database does."""
    return select(*columns).where(*where_among(column))


def where_among(column: Column[Any]) -> tuple[ColumnElement[bool], ...]:
    """`column` is among `among`, of the site `of`."""
    site: ColumnElement[str] = column.table.c.site
    if column.name not in [key.name for key in column.table.primary_key][:2]:
        site = site.concat("")  # or SQLite would read the whole site by its primary key, not this column's index
    return (site == bindparam("of"), column.in_(bindparam("among", expanding=True)))


@cache
def _lock(dialect: str) -> Any:
    statement: Any = postgresql.insert(SITES) if dialect == "postgresql" else sqlite.insert(SITES)
    return statement.on_conflict_do_update(index_elements=["site"], set_={"roots": SITES.c.roots})


@cache
def _upsert(table: Table, dialect: str, changed: tuple[str, ...]) -> Any:
    """Put rows in the place of those with their keys, as far as `changed` goes."""
    statement: Any = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(
        index_elements=keys, set_={name: statement.excluded[name] for name in changed}
    )


def signed(number: int) -> int:
    """As databases keep it."""
    return number - (1 << 64) if number >= 1 << 63 else number


def unsigned(number: int) -> int:
    """As everybody else knows it."""
    return number + (1 << 64) if number < 0 else number
