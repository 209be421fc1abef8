"""Bounds and a store in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from onebyone.state.bounds import Bound
from onebyone.store import Param, Rows, StoreUnavailable


class FakeBounds:
    """A load.Bounds that forgets nothing."""

    def __init__(self) -> None:
        self._pending: Bound | None = None
        self._position: dict[str, int] = {}

    def pending(self) -> Bound | None:
        return self._pending

    def announce(self, bound: Bound) -> None:
        assert self._pending is None
        self._pending = bound

    def confirm(self, bound: Bound) -> None:
        assert self._pending == bound
        self._pending = None
        self._position[bound.partition] = bound.last

    def position(self) -> dict[str, int]:
        return dict(self._position)


class FakeStore:
    """A store.Store that takes rows by token and can be unwell."""

    def __init__(self) -> None:
        self.inserts: dict[str, list[bytes]] = {}
        self.tokens: list[str] = []
        self.before: Callable[[str, Sequence[bytes]], None] = lambda table, lines: None
        self.unwell = False

    def query(self, sql: str, params: Mapping[str, Param] | None = None) -> Rows:
        return Rows(columns=[], rows=[])

    def parquet(self, sql: str, params: Mapping[str, Param] | None = None) -> bytes:
        return b"PAR1"

    def insert(self, table: str, lines: Sequence[bytes], token: str) -> None:
        if self.unwell:
            raise StoreUnavailable("unwell")
        self.before(table, lines)
        self.tokens.append(token)
        self.inserts.setdefault(token, list(lines))

    def execute(self, sql: str, params: Mapping[str, Param] | None = None) -> None: ...

    def close(self) -> None: ...
