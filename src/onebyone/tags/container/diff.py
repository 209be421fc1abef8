"""What two documents do differently: parts and fields, not lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from onebyone.tags.container.document import Container

_ABSENT = object()


class Change(Struct, frozen=True):
    """`kind` is added, removed or changed."""

    kind: str
    where: str
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        sign = {"added": "+", "removed": "-", "changed": "~"}[self.kind]
        told = f": {_short(self.before)} → {_short(self.after)}" if self.kind == "changed" else ""
        return f"{sign} {self.where}{told}"


def changes(before: Container, after: Container) -> list[Change]:
    """Sorted by part. A part that is new or gone is one change; what was left to its default counts as that."""
    return list(_between("", msgspec.to_builtins(before), msgspec.to_builtins(after), depth=0))


def _between(where: str, old: object, new: object, *, depth: int) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            inside = f"{where}.{key}" if where else key
            default: object = {} if depth == 0 else _ABSENT
            yield from _between(inside, old.get(key, default), new.get(key, default), depth=depth + 1)
    elif old is _ABSENT:
        yield Change("added", where, after=new)
    elif new is _ABSENT:
        yield Change("removed", where, before=old)
    else:
        yield Change("changed", where, old, new)


def _short(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 80 else text[:79] + "…"
