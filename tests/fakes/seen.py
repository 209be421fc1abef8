"""Claims in memory."""

from __future__ import annotations

from onebyone.state.claims import Holder


class MemorySeen:
    def __init__(self) -> None:
        self.holders: dict[bytes, Holder] = {}

    def find(self, key: bytes) -> Holder | None:
        return self.holders.get(key)

    def claim(self, key: bytes, by: Holder, *, days: int) -> Holder:
        return self.holders.setdefault(key, by)
