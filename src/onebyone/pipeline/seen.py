"""What was counted before: the keys an event may be known by, and who asks for them.

Keys are 16-byte hashes that begin with the site and the canonical name (specs/measurement.md 1.2 and 1.4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Protocol

from onebyone.event import Event, Sighting, Via, hit_uuid
from onebyone.state.claims import Holder
from onebyone.state.sites import Site

EVENT_DAYS = 8  # the tag's own queue holds 7
CONVERSION_DAYS = 400
BROWSER, SERVER = 0, 1


class Seen(Protocol):
    """Implemented by state.claims.Claims."""

    def find(self, key: bytes) -> Holder | None: ...

    def claim(self, key: bytes, by: Holder, *, days: int) -> Holder:
        """The holder of the key: `by` if it was free. The same sighting gets the same answer for ever."""


def holder_of(event: Event) -> Holder:
    """How this sighting would hold a key."""
    at_ms = int(event.at.timestamp() * 1000)
    order = hashlib.blake2b(event.order_id.encode(), digest_size=8).digest() if event.order_id else b""
    return Holder(
        hit=bytes.fromhex(event.hit.replace("-", "")), n=event.n, side=side_of(event), at_ms=at_ms, order=order
    )


def side_of(event: Event) -> int:
    return SERVER if event.via == Via.SERVER else BROWSER


def sighting_of(holder: Holder) -> Sighting:
    return Sighting(f"{hit_uuid(holder.hit)}/{holder.n}")


def is_same(first: Holder, second: Holder) -> bool:
    """Whether both are one sighting."""
    return first.hit == second.hit and first.n == second.n


def are_two_orders(first: Holder, second: Holder) -> bool:
    """Whether both name an order, and not the same: then an id they share was used twice (measurement.md 1.2, 2)."""
    return bool(first.order and second.order) and first.order != second.order


def is_counted(event: Event, site: Site) -> bool:
    """Whether it is a copy of a conversion: machines' are none."""
    return event.name in site.conversions and not event.actor.startswith("machine")


def sent_key(event: Event) -> bytes:
    """The sender's own id: the same on each retry."""
    return _key("sent", event.site, event.name, event.sent_id)


def order_key(event: Event) -> bytes:
    return _key("order", event.site, event.name, event.order_id)


def shared_key(event: Event) -> bytes:
    """The id a site gives to all copies of one event."""
    return _key("shared", event.site, event.name, event.event_id)


def side_key(copies: bytes, side: int) -> bytes:
    """Whether copies of one kind were seen from this side before."""
    return _key("side", copies.hex(), str(side))


def machine_key(key: bytes) -> bytes:
    """The same key among machines, which hold nothing that a person's copy could meet."""
    return _key("machine", key.hex())


def link_key(site: str, token: str) -> bytes:
    """A token of a link between domains: held by the first event that brings it."""
    return _key("link", site, token)


def person_key(event: Event) -> bytes:
    """Held by the first event of this visitor at which somebody moved."""
    return _key("person", event.site, str(event.visitor))


def keys_of(event: Event, site: Site) -> Iterator[bytes]:
    """What the steps will most likely ask for, to be looked up at once."""
    if event.sent_id and not is_counted(event, site):
        yield sent_key(event)


def _key(*parts: str) -> bytes:
    return hashlib.blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
