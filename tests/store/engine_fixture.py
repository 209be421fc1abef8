"""The one engine of a test process. Tests share it and find its tables empty."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from onebyone.store.engine import Embedded, Limits
from onebyone.store.migrate import migrate

TABLES = (
    "events", "drops", "conversions", "deliveries", "identity", "sessions", "fresh_sessions", "session_days",
    "session_rules", "order_rules",
)  # fmt: skip


@cache
def the_engine() -> Embedded:
    directory = Path(tempfile.mkdtemp(prefix="onebyone-store-"))
    store = Embedded(directory, limits=Limits(report_s=60))
    migrate(store)
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    atexit.register(store.close)  # before the directory goes: last in, first out
    return store


@pytest.fixture
def store() -> Iterator[Embedded]:
    """The engine with empty tables that know no token."""
    engine = the_engine()
    for table in TABLES:
        engine.execute("TRUNCATE TABLE {table:Identifier}", {"table": table})
    yield engine
