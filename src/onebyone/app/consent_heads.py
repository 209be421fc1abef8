"""The last entry of each chain of consent records, noted once a day in a file of its own.

Whoever can change the state can rewrite a chain as a whole; a copy of this file, kept elsewhere, shows it.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from onebyone.app.settings import ConfigError
from onebyone.state.consent_records import Head


class Noted(Struct, frozen=True):
    """A line of the file."""

    day: int  # since 1970
    site: str
    seq: int
    hash: str


def note_heads(path: Path, heads: list[Head]) -> int:
    """Append those of their day that are not there yet; returns how many. Raises OSError."""
    known = {(noted.day, noted.site) for noted in _read(path)}
    fresh = [Noted(head.day, head.site, head.seq, head.hash) for head in heads if (head.day, head.site) not in known]
    if fresh:
        with path.open("ab") as file:
            file.write(b"".join(msgspec.json.encode(noted) + b"\n" for noted in fresh))
    return len(fresh)


def read_heads(path: Path) -> list[Head]:
    """All that were noted; none if the file is not there. Raises ConfigError if it is no such file."""
    try:
        return [Head(noted.site, noted.seq, noted.hash, noted.day) for noted in _read(path)]
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError(f"cannot read the heads in {path}: {error}.") from error


def _read(path: Path) -> list[Noted]:
    if not path.exists():
        return []
    return [msgspec.json.decode(line, type=Noted) for line in path.read_bytes().splitlines()]
