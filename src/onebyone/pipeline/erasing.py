"""Taking a person out of what the logs hold. Pure: records in, records out.

What is taken out leaves a tombstone, a sighting with its number and the moment it arrived: so that every sighting keeps
a fate, and a replay tells the same (specs/consent-and-privacy.md 9).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import unquote_plus

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from onebyone.event import Drop, Ended, Event, Hit, Reason, hit_uuid, visitor_hash
from onebyone.identity.values import identifiers_of
from onebyone.pipeline.decode import Decoded, decode
from onebyone.pipeline.decode.sighting import dropped
from onebyone.state.sites import Site

STEP = "decode"  # where a replay ends a tombstone
_JSON = msgspec.json.Encoder()
_BODY = msgspec.json.Decoder(dict[str, Raw])
_EVENTS = msgspec.json.Decoder(list[Raw])
_JSON_IDS = re.compile(rb'"(?:visitor|user_id)"\s*:\s*"([^"\\]*)"')
_QUERY_IDS = re.compile(rb"(?:^|[\n&])uid=([^&]*)")
_NOTHING = Raw(b"{}")
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
Unseal = Callable[[str], Mapping[str, object]]  # sealed user data, opened; {} where nobody can


class Wanted(Struct, kw_only=True):
    """Everything a person is known by on one site. It grows while the logs are read."""

    site: str
    visitors: set[int] = set()  # browsers that are the person's alone
    nodes: set[int] = set()  # these, and the numbers of the user ids (identity.nodes)
    users: set[str] = set()
    values: set[tuple[str, str]] = set()  # kind and keyed hash: of an e-mail address, a phone, an external id
    orders: set[str] = set()
    recipients: set[str] = set()  # of e-mails, hexadecimal
    records: set[str] = set()  # UUIDs of conversions
    sightings: set[str] = set()

    def holds(self, event: Event, asking: int = 0) -> bool:
        """Whether it is the person's; `asking` is a browser that may not be used otherwise."""
        return (
            event.visitor in self.visitors
            or asking in self.visitors
            or event.linked in self.visitors
            or event.user_id in self.users
            or (event.order_id != "" and event.order_id in self.orders)
            or (event.recipient != "" and event.recipient in self.recipients)
            or not self.values.isdisjoint(event.identifiers.items())
            or event.sighting in self.sightings
        )


class Said(Struct):
    """What was found as it was written: ids that only a text elsewhere may still hold. Lives in memory alone."""

    texts: set[str] = set()


def find_in_hit(hit: Hit, site: Site, wanted: Wanted, *, key: bytes, unseal: Unseal, said: Said) -> set[int]:
    """Which of a hit's sightings are the person's. Adds them to `wanted`, and their ids to `said`."""
    asking = visitor_hash(hit.site, hit.asking) if hit.asking else 0
    found: set[int] = set()
    for row in _decode(hit, site):
        event = row.outcome
        if f"{hit_uuid(hit.id)}/{row.n}" in wanted.sightings:
            found.add(row.n)
        elif isinstance(event, Event):
            if row.context is not None and row.context.sealed:
                told = identifiers_of(unseal(row.context.sealed), key, block_roles=site.identity.block_roles)
                event = replace(event, identifiers=told)
            if wanted.holds(event, asking):
                found.add(row.n)
        elif not wanted.visitors.isdisjoint((asking, visitor_hash(hit.site, hit.visitor))) or _names(hit, row, wanted):
            found.add(row.n)
    if found:
        wanted.sightings |= {f"{hit_uuid(hit.id)}/{n}" for n in found}
        if len(found) == hit.count:
            said.texts |= {text for text in (hit.visitor, hit.asking) if text}
    return found


def _decode(hit: Hit, site: Site) -> list[Decoded]:
    """As the pipeline does; a hit that no version of ours would write is looked through as a text."""
    try:
        return decode(hit, site)
    except (ValueError, KeyError):
        return [dropped(n, Drop(Reason.WRONG_SHAPE)) for n in range(hit.count)]


def _names(hit: Hit, row: Decoded, wanted: Wanted) -> bool:
    """Whether a sighting that could not be read names the person all the same."""
    return (row.order_id != "" and row.order_id in wanted.orders) or is_named_in(_raw(hit, row.n), wanted)


def is_named_in(text: bytes, wanted: Wanted) -> bool:
    """Whether what nobody could read, JSON or a query, names the person by a user id or the id of a browser."""
    ids = {said.decode("utf-8", "replace") for said in (*_JSON_IDS.findall(text), *_QUERY_IDS.findall(text))}
    return not ids.isdisjoint(wanted.users) or any(visitor_hash(wanted.site, id) in wanted.visitors for id in ids)


def _raw(hit: Hit, n: int) -> bytes:
    """The sighting as it was sent; all of them where they cannot be told apart."""
    try:
        return bytes(_EVENTS.decode(_BODY.decode(hit.body)["events"])[n])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, IndexError):
        return hit.body + b"\n" + unquote_plus(hit.query).encode("utf-8", "replace")


def without(hit: Hit, gone: Collection[int]) -> Hit:
    """The hit without these sightings: a tombstone where nothing else is left, or the rest cannot be told apart."""
    left = set(range(hit.count)) - set(gone) - set(hit.erased)
    body = _without(hit.body, gone) if left else None
    if body is None:
        return Hit(
            id=hit.id, received_ms=hit.received_ms, via=hit.via, site=hit.site, method="", path="", query="",
            headers={}, count=hit.count, refused=Reason.ERASED,
        )  # fmt: skip
    sealed = {n: text for n, text in hit.sealed.items() if int(n) not in gone}
    return replace(hit, body=body, sealed=sealed, erased=tuple(sorted({*hit.erased, *gone})))


def _without(body: bytes, gone: Collection[int]) -> bytes | None:
    """A batch with nothing in the place of these events; None if it cannot be read as a whole."""
    try:
        fields = _BODY.decode(body)
        events = _EVENTS.decode(fields["events"])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError):
        return None
    fields["events"] = Raw(_JSON.encode([_NOTHING if n in gone else raw for n, raw in enumerate(events)]))
    return _JSON.encode(fields)


class _Line(Struct):
    """What of a line of the log "events" or "facts" says whose it is."""

    site: str = ""
    hit: str = ""
    n: int = 0
    id: str = ""
    via: str = ""
    received_at: datetime = _NO_TIME
    visitor: int = 0
    linked: int = 0
    user_id: str = ""
    order_id: str = ""
    recipient: str = ""
    conversion: str = ""
    of_hit: str = ""
    of_n: int = 0
    identifiers: dict[str, str] = {}

    @property
    def sighting(self) -> str:
        return f"{self.hit}/{self.n}"


_LINE = msgspec.json.Decoder(_Line)


def change_lines(records: Iterable[bytes], wanted: Wanted) -> list[bytes] | None:
    """A group of the log "events" or "facts" without the person; None if there was nothing of them.

    A sighting's line becomes that of its tombstone; other lines go.
    """
    given = list(records)
    kept = [after for record in given for after in _changed(record, wanted)]
    return None if kept == given else kept


def _changed(record: bytes, wanted: Wanted) -> Iterator[bytes]:
    try:
        line = _LINE.decode(record[1:])
    except (msgspec.DecodeError, UnicodeDecodeError):
        yield record  # nobody's: the loader buries it
        return
    kind = record[:1]
    if line.site != wanted.site or not _is_of(kind, line, wanted):
        yield record
    elif kind in (b"E", b"D"):
        wanted.sightings.add(line.sighting)
        yield tombstone(line.site, line.sighting, line.received_at, line.via)


def _is_of(kind: bytes, line: _Line, wanted: Wanted) -> bool:
    if kind in (b"E", b"D"):
        return (
            line.sighting in wanted.sightings
            or not wanted.visitors.isdisjoint((line.visitor, line.linked))
            or line.user_id in wanted.users
            or (line.order_id != "" and line.order_id in wanted.orders)
            or (line.recipient != "" and line.recipient in wanted.recipients)
            or not wanted.values.isdisjoint(line.identifiers.items())
            or f"{line.of_hit}/{line.of_n}" in wanted.sightings
        )
    if kind == b"C":
        return line.id in wanted.records
    if kind == b"P":
        return line.visitor in wanted.nodes
    return line.conversion in wanted.records


def tombstone(site: str, sighting: str, received_at: datetime, via: str) -> bytes:
    """A line of the log "events": what a replay would make of the hit that `without` left."""
    return b"D" + _JSON.encode(ended(site, sighting, received_at, via))


def ended(site: str, sighting: str, received_at: datetime, via: str) -> Ended:
    hit, _, n = sighting.partition("/")
    return Ended(
        site=site, day=received_at.date(), at=received_at, received_at=received_at, hit=hit, n=int(n),
        reason=Reason.ERASED, step=STEP, via=via,
    )  # fmt: skip
