"""The questions the store answers: a file of SQL each.

Owns:  the reports, their parameters, and the models that SQL cannot say.
Takes: a store, and parameters as Python values.
Gives: rows.
Never: SQL in Python, money added across currencies, a number without its site.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from onebyone.store import Param, Rows


class Runs(Protocol):
    """Whoever answers reports: the engine itself, or its socket."""

    def run(self, name: str, /, **params: Param) -> Rows:
        """Blocks. Raises StoreUnavailable or QueryRefused."""

    def parquet(self, name: str, /, **params: Param) -> bytes:
        """The same as an Apache Parquet file."""


class Tables(Runs, Protocol):
    """Who also writes rows that SQL cannot say."""

    def table(self, kinds: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> bytes:
        """As an Apache Parquet file; `kinds` are its columns with their ClickHouse types."""
