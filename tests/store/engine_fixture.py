"""The one engine of a test process. Tests share it: its tables are empty, or hold one story that they only read."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from onebyone.store import Param
from onebyone.store.engine import Embedded, Limits
from onebyone.store.migrate import migrate

TABLES = (
    "events", "drops", "conversions", "deliveries", "identity", "sessions", "fresh_sessions", "session_days",
    "session_rules", "order_rules",
)  # fmt: skip


class Noting(Embedded):
    """Knows what may hold rows or know a token since it was emptied, and which story it holds until somebody writes."""

    def __init__(self, directory: Path, *, limits: Limits | None = None) -> None:
        self.touched = set(TABLES)
        self.story = ""
        super().__init__(directory, limits=limits)

    def _for_query(self) -> dict[str, str]:
        """With one thread, for the few rows of a test: two take a tenth more of the processor. Two with PROVE."""
        return super()._for_query() | ({} if "PROVE" in os.environ else {"max_threads": "1"})

    def insert(self, table: str, lines: Sequence[bytes], token: str) -> None:
        self.touched |= {table} & set(TABLES)
        self.story = ""
        super().insert(table, lines, token)

    def execute(self, sql: str, params: Mapping[str, Param] | None = None) -> None:
        self.touched, self.story = set(TABLES), ""
        super().execute(sql, params)

    def empty(self) -> None:
        """What it did not touch is empty, for all that is written goes through the two above."""
        for table in sorted(self.touched):
            super().execute("TRUNCATE TABLE {table:Identifier}", {"table": table})
        self.touched, self.story = set(), ""


@cache
def the_engine() -> Noting:
    directory = Path(tempfile.mkdtemp(prefix="onebyone-store-"))
    store = Noting(directory, limits=Limits(report_s=60))
    migrate(store)
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    atexit.register(store.close)  # before the directory goes: last in, first out
    return store


@pytest.fixture
def store() -> Iterator[Embedded]:
    """The engine with empty tables that know no token."""
    engine = the_engine()
    engine.empty()
    yield engine


def holding(story: str, tell: Callable[[Embedded], object]) -> Embedded:
    """The engine with this story and nothing else, for those who only read.

    It is told anew where another test was between, so that nothing depends on an order.
    """
    engine = the_engine()
    if engine.story != story:
        engine.empty()
        tell(engine)
        engine.story = story
    return engine
