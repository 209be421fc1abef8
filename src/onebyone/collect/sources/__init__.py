"""The ways in, one file each. Asked in this order; the first that matches takes the request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from onebyone.collect.desk import Desk, Scope
from onebyone.collect.sources import image, server, tag


class Source(Struct, frozen=True):
    name: str
    matches: Callable[[str], bool]  # by path
    take: Callable[[Scope, Any, Desk], Awaitable[None]]  # answers the request, whatever it holds


SOURCES: tuple[Source, ...] = (
    Source(name="image", matches=image.matches, take=image.take),
    Source(name="tag", matches=tag.matches, take=tag.take),
    Source(name="server", matches=server.matches, take=server.take),
)
