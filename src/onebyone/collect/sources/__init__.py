"""The ways in, one file each. Asked in this order; the first that matches takes the request."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from onebyone.collect.answers import Answer, Later, Reply
from onebyone.collect.desk import Desk
from onebyone.collect.request import Request
from onebyone.collect.sources import consent, image, link, open, server, tag, unsubscribe


class Source(Struct, frozen=True):
    name: str
    matches: Callable[[str], bool]  # by path
    take: Callable[
        [Request, Desk], Reply | Answer | Later
    ]  # pure but for ids and the clock; never raises for what was sent


SOURCES: tuple[Source, ...] = (
    Source(name="open", matches=open.matches, take=open.take),  # before the image, whose ending it has
    Source(name="image", matches=image.matches, take=image.take),
    Source(name="tag", matches=tag.matches, take=tag.take),
    Source(name="consent", matches=consent.matches, take=consent.take),
    Source(name="server", matches=server.matches, take=server.take),
    Source(name="link", matches=link.matches, take=link.take),
    Source(name="unsubscribe", matches=unsubscribe.matches, take=unsubscribe.take),
)
