"""Sets of vendor ids as ranges: a few bytes may name all 65,535 of them, so they are not expanded on arrival."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import compress

from msgspec import Struct

_ZEROS_AND_ONES = bytes.maketrans(b"01", b"\x00\x01")


class Ids(Struct, frozen=True):
    """Sorted ranges that neither touch nor overlap: range i goes from starts[i] to ends[i], both included."""

    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    @staticmethod
    def of_ranges(ranges: Iterable[tuple[int, int]]) -> Ids:
        """In any order, touching or overlapping; each with its end not below its start."""
        starts: list[int] = []
        ends: list[int] = []
        for start, end in sorted(ranges):
            if ends and start <= ends[-1] + 1:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)
        return Ids(tuple(starts), tuple(ends))

    @staticmethod
    def of_bits(bits: str) -> Ids:
        """Bit i set means id i + 1. A run of ones starts where the bit before is 0 and ends where the next one is."""
        ones = int(bits or "0", 2)
        return Ids(_places(ones & ~(ones >> 1), len(bits)), _places(ones & ~(ones << 1), len(bits)))

    def __contains__(self, id: int) -> bool:
        at = bisect_right(self.starts, id) - 1
        return at >= 0 and id <= self.ends[at]

    def __iter__(self) -> Iterator[int]:
        for start, end in self.ranges():
            yield from range(start, end + 1)

    def __len__(self) -> int:
        return sum(self.ends) - sum(self.starts) + len(self.starts)

    def ranges(self) -> Iterator[tuple[int, int]]:
        return zip(self.starts, self.ends, strict=True)


def _places(ones: int, width: int) -> tuple[int, ...]:
    bits = f"{ones:0{width}b}".encode().translate(_ZEROS_AND_ONES)
    return tuple(compress(range(1, width + 1), bits))
