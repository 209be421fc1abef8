"""User data leaves a body before the body is logged, sealed with the key of its day; so do full addresses."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Raw

from onebyone.collect.desk import Desk
from onebyone.consent.addresses import network_of
from onebyone.event import Drop
from onebyone.state.sites import Site
from onebyone.wire import SentEvent

_fields = msgspec.json.Decoder(dict[str, Raw])
_encode = msgspec.json.Encoder().encode
_NAMES = ("user_data", "ip")
_WRONG = Raw(b"0")  # user data that is no object, of as wrong a shape
_BROKEN = b'{"user_data":!}'  # stands for an event that cannot be read and speaks of user data; as unreadable as it


def may_hold(body: bytes) -> bool:
    """Most bodies hold neither, and cost no more than this."""
    return b'user_data"' in body or b'"ip"' in body


def seal_events(
    events: Sequence[Raw], read: Sequence[SentEvent | Drop], desk: Desk, site: Site, *, address: str, now_ms: int
) -> tuple[list[bytes], dict[str, str]]:
    """The events without user data and with their address cut to its network, and what was taken out, by index.

    `read` are the same events as `wire` reads them; `address` is the sender's own full
    address where it is the visitor's and may wait, else "". Raises StateUnavailable.
    """
    kept: list[bytes] = []
    sealed: dict[str, str] = {}
    for n, (raw, event) in enumerate(zip(events, read, strict=True)):
        kept.append(_without(raw))
        if isinstance(event, Drop):
            continue
        full = address if event.user_data else ""
        if event.ip:
            full = event.ip if keeps_address(desk, site, event.ip, now_ms) else ""
        text = desk.seals.seal(site.id, event.user_data, full, now_ms=now_ms)
        if text:
            sealed[str(n)] = text
    return kept, sealed


def keeps_address(desk: Desk, site: Site, address: str, now_ms: int) -> bool:
    """Whether the rule of the place lets a full address wait, sealed; never where opting in is the rule."""
    network = network_of(address)
    if not network:
        return False
    policy = desk.policies.of(site.id, site.consent)
    return not policy.is_opt_in(desk.places.find(network), now_ms)


def _without(raw: Raw) -> bytes:
    body = bytes(raw)
    if not may_hold(body):
        return body
    try:
        fields = _fields.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _BROKEN
    ip, told = fields.pop("ip", None), fields.pop("user_data", None)
    if told is not None and bytes(told)[:1] not in (b"{", b"n"):
        fields["user_data"] = _WRONG
    if ip is not None:
        fields["ip"] = Raw(_encode(network_of(_plain(ip))))
    return _encode(fields)


def _plain(ip: Raw) -> str:
    try:
        return msgspec.json.decode(ip, type=str)
    except msgspec.DecodeError:
        return ""
