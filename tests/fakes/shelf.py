"""Conversion records in memory."""

from __future__ import annotations

from collections.abc import Collection

from onebyone.event import Conversion


class MemoryShelf:
    """Everything is written at once: there is nothing to commit."""

    def __init__(self) -> None:
        self.keys: dict[bytes, set[str]] = {}
        self.bodies: dict[str, bytes] = {}
        self.conversions: dict[str, Conversion] = {}

    def find(self, keys: Collection[bytes]) -> dict[bytes, list[str]]:
        return {key: sorted(self.keys[key]) for key in keys if self.keys.get(key)}

    def load(self, ids: Collection[str]) -> dict[str, bytes]:
        return {id: self.bodies[id] for id in ids if self.bodies.get(id)}

    def put(self, conversion: Conversion, line: bytes, body: bytes) -> None:
        self.conversions[conversion.id] = conversion
        self.bodies[conversion.id] = body

    def put_waiting(self, site: str, id: str, day: int, body: bytes) -> None:
        self.bodies[id] = body

    def remove(self, id: str) -> None:
        self.bodies.pop(id, None)

    def tie(self, key: bytes, id: str, last_day: int) -> None:
        self.keys.setdefault(key, set()).add(id)

    def untie(self, key: bytes, id: str) -> None:
        self.keys.get(key, set()).discard(id)
