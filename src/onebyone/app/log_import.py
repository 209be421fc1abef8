"""Access logs as hits: what a file holds that is not yet in the log, a group at a time."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from onebyone.app.settings import ConfigError
from onebyone.consent.addresses import network_of
from onebyone.event import Hit, Via
from onebyone.log import Writer
from onebyone.state.claims import Claims, Holder
from onebyone.state.seals import Seals

MAX_LINE_BYTES = 16_384
_GROUP = 1_000
_KEPT_DAYS = 4_000  # a log may be imported again years later
_DAY_MS = 86_400_000
_DAY = re.compile(rb"\d\d/[A-Z][a-z]{2}/\d{4}")
_STYLE = re.compile(rb'"GET [^" ?]+\.css(?:\?[^" ]*)? [^"]*" (?:200|304) ')
_encode = msgspec.msgpack.Encoder().encode


class Imported(Struct, frozen=True):
    lines: int
    added: int
    known: int  # lines that an earlier import brought


class LogFile:
    """A file of lines, plain or gzip. Iterating, once, reports how many of its bytes were read, and closes it."""

    def __init__(self, path: Path, progress: Callable[[int], None]) -> None:
        """Raises ConfigError if it cannot be read."""
        self._progress = progress
        try:
            self._raw: BinaryIO = path.open("rb")
            packed = self._raw.read(2) == b"\x1f\x8b"
            self._raw.seek(0)
        except OSError as error:
            raise ConfigError(f"cannot read {path}: {error.strerror}.") from error
        self._lines: BinaryIO = gzip.GzipFile(fileobj=self._raw) if packed else self._raw  # type: ignore[assignment]
        self._name = path

    def __iter__(self) -> Iterator[bytes]:
        try:
            with self._raw, self._lines:
                while line := self._lines.readline(MAX_LINE_BYTES):
                    if line.strip():
                        yield line.rstrip(b"\r\n")
                    self._progress(self._raw.tell())
        except (OSError, EOFError) as error:
            raise ConfigError(f"{self._name} breaks off: {error}. What was read until there is imported.") from error


def styled(lines: Iterable[bytes]) -> frozenset[bytes]:
    """Who fetched a style sheet, as browsers do and most machines do not; about 100 bytes of memory for each."""
    return frozenset(_reader(line) for line in lines if b".css" in line and _STYLE.search(line))


def import_lines(
    lines: Iterable[bytes],
    site: str,
    *,
    styled: Collection[bytes] = frozenset(),
    writer: Writer,
    claims: Claims,
    seals: Seals,
    now_ms: Callable[[], int],
) -> Imported:
    """Append the lines that no earlier import brought, their addresses cut to networks. The hit of a line is always the
    same hit; its visitor is one of its day, by a salt that is destroyed when today is over. Lines of the readers in
    `styled` say so.

    A crash between a group and its claims appends the group again at the next import, where the store sees equal
    rows. Raises LogUnavailable or StateUnavailable.
    """
    seen: dict[bytes, int] = {}
    total = added = 0
    group: list[tuple[bytes, bytes, int]] = []
    for line in lines:
        short = hashlib.blake2b(line, digest_size=12).digest()
        ordinal = seen[short] = seen.get(short, -1) + 1
        total += 1
        group.append((hit_id(site, line, ordinal), line, ordinal))
        if len(group) == _GROUP:
            added += _append(group, site, writer, claims, seals, now_ms, styled)
            group = []
    added += _append(group, site, writer, claims, seals, now_ms, styled)
    return Imported(lines=total, added=added, known=total - added)


def hit_id(site: str, line: bytes, ordinal: int) -> bytes:
    """A UUIDv8 made from site, line, and the line's place among its equals."""
    text = site.encode() + b"\x00" + str(ordinal).encode() + b"\x00" + line
    number = int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "big")
    number &= ~((0xF << 76) | (0x3 << 62))
    return (number | (8 << 76) | (2 << 62)).to_bytes(16, "big")


def _append(
    group: list[tuple[bytes, bytes, int]],
    site: str,
    writer: Writer,
    claims: Claims,
    seals: Seals,
    now_ms: Callable[[], int],
    styled: Collection[bytes],
) -> int:
    claims.prefetch(id for id, _, _ in group)
    fresh = [(id, line, ordinal) for id, line, ordinal in group if claims.find(id) is None]
    now = now_ms()
    if fresh:
        writer.append(
            [
                _encode(_hit(id, line, ordinal, site, seals, now, has_style=_reader(line) in styled))
                for id, line, ordinal in fresh
            ],
            count=len(fresh),
        )
        for id, _, _ in fresh:
            claims.claim(id, Holder(hit=id, n=0), days=_KEPT_DAYS)
    claims.commit(now)
    return len(fresh)


def _reader(line: bytes) -> bytes:
    """Who asked, on that day."""
    head, _, rest = line.partition(b" ")
    found = _DAY.search(rest)
    who = (head, found[0] if found else b"", _agent(rest))
    return hashlib.blake2b(b"\x00".join(who), digest_size=12).digest()


def _agent(rest: bytes) -> bytes:
    return rest.rsplit(b'"', 2)[-2] if rest.count(b'"') > 1 else b""


def _hit(id: bytes, line: bytes, ordinal: int, site: str, seals: Seals, now_ms: int, *, has_style: bool) -> Hit:
    head, space, rest = line.partition(b" ")
    address = head.decode("utf-8", "replace")
    visitor = ""
    found = _DAY.search(rest)
    if network_of(address):
        agent = _agent(rest).decode("utf-8", "replace")
        day = f"{found[0].decode()}\x00{address}" if found else address
        visitor = seals.visitor(site, day, agent, day=now_ms // _DAY_MS)
    line = (network_of(address) or "-").encode() + space + rest
    return Hit(
        id=id, received_ms=now_ms, via=Via.IMPORT, site=site, method="", path="", query=f"n={ordinal}",
        headers={"style-sheet": "1"} if has_style else {},
        visitor=visitor, body=line,
    )  # fmt: skip
