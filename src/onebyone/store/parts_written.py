"""Whether what the engine says that it wrote is there: it does not hear a disk that refuses (docs/decisions/0047)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from onebyone.store import Param, StoreDamaged, StoreUnavailable

ROOM_FOR_ROWS = 64 << 20  # bytes that stay free for what is no row: merges, deletions, the logs' last groups
ROOM_FOR_UPKEEP = 4 << 20  # retention must work when there is no room for rows

_PARTS = """
SELECT table, name, min_block_number = max_block_number FROM system.parts WHERE database = currentDatabase() AND active
"""
_CHECK = "CHECK TABLE {{table:Identifier}} PART '{part}'"  # it takes no parameter for a part
_SET_ASIDE = (
    "SELECT count() FROM system.detached_parts WHERE database = currentDatabase() AND reason = 'broken-on-start'"
)

Ask = Callable[[str, Mapping[str, Param]], list[list[Any]]]


class PartsWritten:
    """The parts of one engine that were read back. Calls may come from any thread: at worst a part is read twice."""

    def __init__(self, directory: Path, ask: Ask) -> None:
        """`ask` answers one statement with its rows. What is there now was judged by the engine when it opened."""
        self._directory = directory
        self._ask = ask
        self._whole = {(table, name) for table, name, _ in ask(_PARTS, {})}
        self._damaged = ""
        self.set_aside = int(ask(_SET_ASIDE, {})[0][0])

    def need(self, room: int) -> None:
        """Raises StoreUnavailable if the disk has less room than that, in bytes, StoreDamaged if a part was lost."""
        if self._damaged:
            raise StoreDamaged(self._damaged)
        found = os.statvfs(self._directory)
        free = found.f_bavail * found.f_frsize
        if free < room:
            raise StoreUnavailable(f"{free >> 20} MB free on the disk of {self._directory}, {room >> 20} are needed")

    def read_back(self, table: str | None = None) -> None:
        """Read all new parts, or those of one table that are not merged. Raises StoreDamaged if one is not whole."""
        active = self._ask(_PARTS, {})
        for of, name, is_inserted in active:
            part = (of, name)
            if part in self._whole or (table is not None and not (of == table and is_inserted)):
                continue
            self._read(of, name)
            self._whole.add(part)
        self._whole &= {(of, name) for of, name, _ in active}

    def _read(self, table: str, name: str) -> None:
        try:
            answer = self._ask(_CHECK.format(part=name), {"table": table})
        except StoreUnavailable:
            if any((table, name) == (of, other) for of, other, _ in self._ask(_PARTS, {})):
                raise
            return  # merged meanwhile
        for _, is_passed, message in answer:
            if not is_passed:
                self._damaged = f"part {name} of {table} was not written whole: {message}"
                raise StoreDamaged(self._damaged)
