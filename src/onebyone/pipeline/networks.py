"""Whose network an address is in: clouds, relays, crawlers, from lists that their operators publish.

Lists are files named `<kind>.<name>.<txt|csv|json>`: a prefix a line, a CSV with the prefix first, or a vendor's JSON.
A small seed ships with the package; files of the same name in the data directory replace it, others add to it.
Addresses are known as networks alone (/24, /48), so a list may *touch* one or *hold* at least half of it.
"""

from __future__ import annotations

import hashlib
import re
import socket
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct

SHIPPED = Path(__file__).parent / "data" / "networks"
Kind = Literal["crawler", "relay", "vpn", "tor", "datacenter", "vendor"]  # the most telling first
KINDS: tuple[str, ...] = get_args(Kind)
_PEOPLE = ("relay.", "vpn.", "tor.")  # people come from these, whoever runs the machines
_ENDINGS = (".txt", ".csv", ".json")
_MAX_LISTS = 256
_PREFIX = re.compile(r"[0-9a-fA-F.:]+/[0-9]{1,3}")


class ListUnreadable(ValueError):
    """A file is no list of networks; the text says which and why."""


class NetworkList(Struct, frozen=True):
    """One file. `shipped`: the seed of the package, which can confirm a crawler but not deny one."""

    id: str  # "<kind>.<name>"
    path: Path
    shipped: bool
    prefixes: int = 0


class Found(Struct, frozen=True):
    """The lists that know a network, by id."""

    touched: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()  # at least half of its addresses
    is_datacenter: bool = False  # a cloud's, and not one that people come out of
    is_google: bool = False  # Google's own machines, not those that it lets
    name: str = ""  # the list that says most

    def has(self, kind: Kind) -> bool:
        return any(name.startswith(f"{kind}.") for name in self.touched)


NOWHERE = Found()


class Networks:
    """All lists in one sorted array for each kind of address. Building takes seconds where lists are long."""

    def __init__(self, files: Sequence[NetworkList] = ()) -> None:
        """Raises ListUnreadable."""
        if len(files) > _MAX_LISTS:
            raise ListUnreadable(f"{len(files)} lists; at most {_MAX_LISTS} can be read")
        four, six = array("Q"), array("Q")
        self.lists: list[NetworkList] = []
        for number, file in enumerate(files):
            before = len(four) + len(six)
            _read(file, number, four, six)
            self.lists.append(msgspec.structs.replace(file, prefixes=len(four) + len(six) - before))
        self._names = [file.id for file in files]
        self._four, self._six = _Flat(four, 32), _Flat(six, 48)
        digest = hashlib.blake2b(four.tobytes() + six.tobytes() + repr(self._names).encode(), digest_size=4)
        self.version = digest.hexdigest() if files else ""
        self.find = lru_cache(maxsize=65_536)(self._find)

    def refreshed(self, id: str) -> bool:
        """Whether the operator has a list of that name that is not the package's seed."""
        return any(file.id == id and not file.shipped for file in self.lists)

    def _find(self, address: str) -> Found:
        """What is known of the /24 or /48 that the address is in; nothing for "" or what is no address."""
        try:
            if ":" in address:
                at = int.from_bytes(socket.inet_pton(socket.AF_INET6, address)[:6], "big")
                sizes, whole = self._six.within(at, at), 1
            else:
                at = int.from_bytes(socket.inet_pton(socket.AF_INET, address), "big") & 0xFFFFFF00
                sizes, whole = self._four.within(at, at + 255), 256
        except (OSError, ValueError):
            return NOWHERE
        touched = {self._names[number] for number in sizes}
        held = {self._names[number] for number, size in sizes.items() if size * 2 >= whole}
        return _found(frozenset(touched), frozenset(held)) if touched else NOWHERE


class _Flat:
    """Nested prefixes as one line: `starts[i]` to the next start lies in the lists `sets[marks[i]]`."""

    def __init__(self, keys: array[int], bits: int) -> None:
        self.starts, self.marks = array("Q"), array("I")
        self.sets: list[frozenset[int]] = [frozenset()]
        known = {self.sets[0]: 0}
        joined: dict[tuple[int, int], int] = {}
        open_: list[tuple[int, int]] = [(1 << 62, 0)]  # end and set, innermost last
        for key in sorted(keys):
            start, length, number = key >> 14, key >> 8 & 63, key & 255
            while open_[-1][0] <= start:
                self._mark(open_.pop()[0], open_[-1][1])
            pair = (open_[-1][1], number)
            mark = joined.get(pair)
            if mark is None:
                lists = self.sets[pair[0]] | {number}
                mark = joined[pair] = known.setdefault(lists, len(self.sets))
                if mark == len(self.sets):
                    self.sets.append(lists)
            self._mark(start, mark)
            open_.append((start + (1 << bits - length), mark))
        while len(open_) > 1:
            self._mark(open_.pop()[0], open_[-1][1])

    def _mark(self, start: int, mark: int) -> None:
        if self.starts and self.starts[-1] == start:
            self.marks[-1] = mark
        elif not self.marks or self.marks[-1] != mark:
            self.starts.append(start)
            self.marks.append(mark)

    def within(self, first: int, last: int) -> dict[int, int]:
        """How many addresses of first..last each list holds."""
        sizes: dict[int, int] = {}
        at = max(0, bisect_right(self.starts, first) - 1)
        while at < len(self.starts) and self.starts[at] <= last:
            end = self.starts[at + 1] - 1 if at + 1 < len(self.starts) else last
            size = min(end, last) - max(self.starts[at], first) + 1
            if size > 0:
                for number in self.sets[self.marks[at]]:
                    sizes[number] = sizes.get(number, 0) + size
            at += 1
        return sizes


def _found(touched: frozenset[str], held: frozenset[str]) -> Found:
    cloud = any(name.startswith("datacenter.") for name in held)
    people = any(name.startswith(_PEOPLE) for name in touched)
    google = "vendor.google" in touched and "datacenter.gcp" not in held
    name = min(touched, key=lambda name: (KINDS.index(name.partition(".")[0]), name not in held, name))
    return Found(touched, held, cloud and not people, google, name)


def find_lists(own: Path | None = None) -> list[NetworkList]:
    """The package's lists and those in the operator's directory, which win under the same name.

    Raises ListUnreadable for a file that is not named like a list.
    """
    found = {file.id: file for file in _files(SHIPPED, shipped=True)}
    if own is not None and own.is_dir():
        found |= {file.id: file for file in _files(own, shipped=False)}
    return [found[id] for id in sorted(found)]


def _files(directory: Path, *, shipped: bool) -> Iterator[NetworkList]:
    for path in sorted(directory.iterdir()):
        if path.name.startswith("."):
            continue
        kind, _, name = path.stem.partition(".")
        if path.suffix not in _ENDINGS or kind not in KINDS or not name:
            raise ListUnreadable(f"{path.name}: a list is called like datacenter.aws.txt; kinds: {', '.join(KINDS)}")
        yield NetworkList(path.stem, path, shipped)


def _read(file: NetworkList, number: int, four: array[int], six: array[int]) -> None:
    unreadable, before = 0, len(four) + len(six)
    try:
        for prefix in prefixes(file.path):
            if not add_prefix(prefix, number, four, six):
                unreadable += 1
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise ListUnreadable(f"{file.path.name}: {error}") from error
    if unreadable and unreadable >= len(four) + len(six) - before:
        raise ListUnreadable(f"{file.path.name}: {unreadable} lines hold no network")


def prefixes(path: Path) -> Iterator[str]:
    """What a file lists, unchecked: the first word of each line, or every text of a JSON that has the look of one."""
    if path.suffix == ".json":
        yield from _texts(msgspec.json.decode(path.read_bytes()))
        return
    with path.open(encoding="utf-8-sig") as lines:
        for line in lines:
            text = line.partition("#")[0].partition(",")[0].strip()
            words = text.split()
            if words:
                yield words[1] if words[0] == "ExitAddress" and len(words) > 1 else words[0].strip('"')


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if _PREFIX.fullmatch(value):
            yield value
        return
    inner: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _texts(one)


def add_prefix(text: str, number: int, four: array[int], six: array[int]) -> bool:
    """Add "address/length" of list `number`; False if it is none. A host's bits behind the prefix are cut."""
    address, slash, length = text.partition("/")
    try:
        if ":" in address:
            bits = min(48, int(length)) if slash else 48  # no address is known closer than that
            start = int.from_bytes(socket.inet_pton(socket.AF_INET6, address)[:6], "big")
            six.append((start >> 48 - bits << 48 - bits) << 14 | bits << 8 | number)
        else:
            bits = int(length) if slash else 32
            start = int.from_bytes(socket.inet_pton(socket.AF_INET, address), "big")
            four.append((start >> 32 - bits << 32 - bits) << 14 | bits << 8 | number)
    except (OSError, ValueError, OverflowError):
        return False
    return True
