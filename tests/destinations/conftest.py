"""One state for all tests of the forwarder: each finds it empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from destinations.forwarding import World, an_engine, emptied


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with an_engine(tmp_path_factory.mktemp("state")) as engine:
        yield engine


@pytest.fixture
def world(engine: Engine) -> World:
    return emptied(engine)
