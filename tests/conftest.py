"""What holds for every test, and for every process that one starts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from fakes.kept import KEPT

PROVE = bool(os.environ.get("PROVE"))
MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 4 << 30  # the tests keep a quarter of a gigabyte at a time


def _takes_all(directory: Path) -> bool:
    """Whether this file system has room, and lets files be executed."""
    if not directory.is_dir() or not os.access(directory, os.W_OK):
        return False
    room = os.statvfs(directory)
    return room.f_bavail * room.f_frsize >= _ENOUGH_BYTES and not room.f_flag & os.ST_NOEXEC


# Where compiled modules may not be kept, each of hundreds of processes compiles all of them again: minutes.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# An fsync takes two milliseconds on a disk and none in memory. What a process that is killed leaves is the same.
if _takes_all(MEMORY):
    os.environ.setdefault("TMPDIR", str(MEMORY))

# The usual traceback of structlog is drawn with all variables: a third of a second for each answer that fails.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

# Of properties that say no number themselves; and how busy the machine is says nothing of the code.
settings.register_profile("usual", max_examples=100 if PROVE else 30, deadline=None)
settings.load_profile("usual")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if not item.get_closest_marker("browser"):
        KEPT.close()


def pytest_unconfigure() -> None:
    KEPT.close()
