"""The archive: every kept event and every drop, in ClickHouse.

Owns:  the tables and their migrations, loading from the log "events", stored sessions, retention, the one way to query.
Takes: lines of the log "events".
Gives: rows.
Never: a report's meaning; SQL that a user wrote.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

Param = str | int | float | date | datetime | UUID | Sequence[str]


class StoreUnavailable(Exception):
    """The store cannot answer or take rows now. Nothing may be concluded about the rows; ask again later."""


class StoreLocked(StoreUnavailable):
    """Another engine owns this directory."""


class StoreDamaged(StoreUnavailable):
    """A part that the engine wrote is not whole. Opened anew, the store sets it aside and has what it replaced."""


class QueryRefused(Exception):
    """The query needs more memory or time than one report may have. The store is well."""


class QueryBroken(Exception):
    """The engine cannot make sense of the query: a bug of ours. The store is well."""


class RowsRefused(Exception):
    """The store read the rows and will not have one of them. Nothing of the call was stored."""


class BadParameter(ValueError):
    """A value does not fit the type that the query declares for it."""


class Rows(Struct, frozen=True):
    """An answer. Times are RFC 3339 texts, dates ISO texts, UUIDs texts."""

    columns: list[str]
    rows: list[list[Any]]

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Store(Protocol):
    """Embedded or a cluster. Every call blocks and may come from any thread."""

    def query(self, sql: str, params: Mapping[str, Param] | None = None) -> Rows:
        """Answer one SELECT; its `{name:Type}` are filled from `params`.

        Raises BadParameter, QueryRefused, QueryBroken or StoreUnavailable.
        """

    def parquet(self, sql: str, params: Mapping[str, Param] | None = None) -> bytes:
        """The answer of one SELECT as an Apache Parquet file. Raises what `query` raises."""

    def insert(self, table: str, lines: Sequence[bytes], token: str) -> None:
        """Store JSON objects, one per line, and return when they are on disk. At most 100,000 lines.

        The same token with the same lines again changes nothing. Raises RowsRefused or StoreUnavailable.
        """

    def execute(self, sql: str, params: Mapping[str, Param] | None = None) -> None:
        """Run one statement of definition or upkeep, and wait for its end. Raises StoreUnavailable."""

    def close(self) -> None: ...
