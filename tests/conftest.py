"""The order of the whole suite: files with slow tests come first, so that two workers end at about the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

LONG = ("slow", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files stay whole, and within them and among them the order is as it was."""
    long: set[Path] = {item.path for item in items if any(mark in item.keywords for mark in LONG)}
    items.sort(key=lambda item: (item.path not in long, "e2e" not in item.path.parts))
