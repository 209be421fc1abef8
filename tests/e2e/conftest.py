from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.running import ALLOW_LOOPBACK, Platform, a_platform
from store.engine_fixture import store

__all__ = ["platform", "store"]


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """One for all tests that do not hurt it; each takes a site of its own."""
    with a_platform(Path(tmp_path_factory.mktemp("platform")) / "data", workers=2, settings=ALLOW_LOOPBACK) as running:
        yield running
