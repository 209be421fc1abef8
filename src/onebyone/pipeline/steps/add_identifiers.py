from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec.structs import replace

from onebyone.event import Event
from onebyone.identity.values import identifiers_of
from onebyone.pipeline.step import Context, Step


class Opening(Protocol):
    """`state.user_data.UserData`, or what a test puts in its place."""

    def key(self, site: str) -> bytes: ...

    def read(self, site: str, sealed: str) -> Mapping[str, object]: ...


def add_identifiers(opening: Opening) -> Step:
    """Keyed hashes of the e-mail address, the phone and the external id that came with it; raw, they go no further.

    Before consent decides, which may take them away again.
    """

    def step(event: Event, context: Context) -> Event:
        if not context.sealed:
            return event
        said = opening.read(event.site, context.sealed)
        if not said:
            return event
        rules = context.site.identity
        return replace(event, identifiers=identifiers_of(said, opening.key(event.site), block_roles=rules.block_roles))

    return step
