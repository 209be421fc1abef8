"""Several logs read as one: the store takes "events" and "facts" through one cursor."""

from __future__ import annotations

from collections.abc import Sequence

from onebyone.log import Group, LogUnavailable, Mark, Position, Reader


class Together:
    """A log.Reader over others. Their partitions must have different names. One thread at a time."""

    def __init__(self, readers: Sequence[Reader]) -> None:
        self._readers = readers

    def read(self, after: Position, *, max_groups: int) -> list[Group]:
        share = max(1, max_groups // len(self._readers))
        return [group for reader in self._readers for group in reader.read(after, max_groups=share)]

    def read_range(self, partition: str, first: int, last: int) -> list[Group]:
        for reader in self._readers:
            if partition in reader.tail():
                return reader.read_range(partition, first, last)
        raise LogUnavailable(f"{partition}: groups {first} to {last} are not there")

    def tail(self) -> dict[str, Mark]:
        return {name: mark for reader in self._readers for name, mark in reader.tail().items()}

    def mark_at(self, position: Position) -> dict[str, Mark]:
        found: dict[str, Mark] = {}
        for reader in self._readers:
            known = reader.tail()
            found |= reader.mark_at({name: seq for name, seq in position.items() if name in known})
        return found

    def cursor(self, name: str) -> dict[str, int]:
        return {partition: seq for reader in self._readers for partition, seq in reader.cursor(name).items()}
