"""The log in memory, under the same contract."""

from __future__ import annotations

from collections.abc import Sequence

from onebyone.log import DeadLetter, Group, LogUnavailable, Mark, Position


class MemoryLog:
    """One log; `writer(partition)` gives its writers, the object itself is its reader."""

    def __init__(self) -> None:
        self.groups: dict[str, list[tuple[Group, int]]] = {}
        self.cursors: dict[str, dict[str, int]] = {}
        self.broken = False

    def writer(self, partition: str) -> MemoryWriter:
        return MemoryWriter(self, partition)

    def read(self, after: Position, *, max_groups: int) -> list[Group]:
        self._check()
        share = max(1, max_groups // max(1, len(self.groups)))
        found: list[Group] = []
        for partition, groups in sorted(self.groups.items()):
            found += [group for group, _ in groups if group.seq > after.get(partition, 0)][:share]
        return found

    def read_range(self, partition: str, first: int, last: int) -> list[Group]:
        self._check()
        groups = [group for group, _ in self.groups.get(partition, []) if first <= group.seq <= last]
        if len(groups) != last - first + 1:
            raise LogUnavailable("groups are not there")
        return groups

    def tail(self) -> dict[str, Mark]:
        return {p: Mark(seq=groups[-1][0].seq, total=groups[-1][1]) for p, groups in self.groups.items()}

    def mark_at(self, position: Position) -> dict[str, Mark]:
        totals = {(p, group.seq): total for p, groups in self.groups.items() for group, total in groups}
        return {p: Mark(seq=seq, total=totals.get((p, seq), 0)) for p, seq in position.items()}

    def cursor(self, name: str) -> dict[str, int]:
        return dict(self.cursors.get(name, {}))

    def _check(self) -> None:
        if self.broken:
            raise LogUnavailable("broken for this test")


class MemoryWriter:
    def __init__(self, log: MemoryLog, partition: str) -> None:
        self.partition = partition
        self._log = log

    def append(self, records: Sequence[bytes], *, count: int, cursor: tuple[str, Position] | None = None) -> int:
        self._log._check()
        groups = self._log.groups.setdefault(self.partition, [])
        seq, total = (groups[-1][0].seq + 1, groups[-1][1] + count) if groups else (1, count)
        groups.append((Group(partition=self.partition, seq=seq, records=list(records)), total))
        if cursor is not None:
            self._log.cursors[cursor[0]] = dict(cursor[1])
        return seq

    def check(self) -> None:
        self._log._check()

    def close(self) -> None: ...


class MemoryDeadLetters:
    def __init__(self, max_letters: int = 10_000) -> None:
        self.letters: dict[tuple[str, int], DeadLetter] = {}
        self._max_letters = max_letters

    def add(self, letters: Sequence[DeadLetter]) -> None:
        for letter in letters:
            self.letters.pop((letter.hit, letter.n), None)
            self.letters[letter.hit, letter.n] = letter
        while len(self.letters) > self._max_letters:
            self.letters.pop(next(iter(self.letters)))

    def find(self, *, site: str | None = None, limit: int = 100) -> list[DeadLetter]:
        newest = reversed(self.letters.values())
        return [letter for letter in newest if site is None or letter.site == site][:limit]

    def count(self) -> int:
        return len(self.letters)
