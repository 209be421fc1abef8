"""Where the store's loader stands: the batch it announced, and what it has finished."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import BigInteger, Column, Engine, String, Table, delete, insert, select

from onebyone.state.database import METADATA

_POSITION = Table(
    "loader_position",
    METADATA,
    Column("partition", String(64), primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
_PENDING = Table(
    "loader_pending",
    METADATA,
    Column("partition", String(64), primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
)


class Bound(Struct, frozen=True):
    """Groups first..last of a partition, both included."""

    partition: str
    first: int
    last: int


class Bounds:
    """One loader's; every call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def pending(self) -> Bound | None:
        """The batch that was announced and not confirmed: after a crash it must be sent again, exactly."""
        with self._engine.connect() as connection:
            row = connection.execute(select(_PENDING)).first()
        return Bound(*row) if row else None

    def announce(self, bound: Bound) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(_PENDING))
            connection.execute(insert(_PENDING).values(partition=bound.partition, first=bound.first, last=bound.last))

    def confirm(self, bound: Bound) -> None:
        """The store has it on disk: the position moves, and nothing is pending."""
        with self._engine.begin() as connection:
            connection.execute(delete(_PENDING))
            connection.execute(delete(_POSITION).where(_POSITION.c.partition == bound.partition))
            connection.execute(insert(_POSITION).values(partition=bound.partition, seq=bound.last))

    def position(self) -> dict[str, int]:
        with self._engine.connect() as connection:
            return {row.partition: row.seq for row in connection.execute(select(_POSITION))}
