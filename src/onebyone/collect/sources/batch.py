"""What the two JSON ways in share: reading the body, refusing it, the results."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from onebyone.collect import answers
from onebyone.collect.answers import Headers, Reply
from onebyone.collect.bodies import BodyTooLarge, BodyUnreadable, unpack
from onebyone.collect.desk import Desk, encode, make_hit
from onebyone.collect.request import Request
from onebyone.event import Drop, Reason
from onebyone.wire import SentEvent, event_id_of


class Refusal(Struct, frozen=True):
    """A request that holds no events we can use: what the log keeps, and what the sender reads."""

    reason: Reason
    status: int
    title: str
    detail: str
    body: bytes = b""


def read(request: Request, max_bytes: int) -> bytes | Refusal:
    """The request's body, or why not."""
    encoding = request.used.get("content-encoding", "").strip().lower()
    detail = f"At most {max_bytes} bytes. Send fewer events at once."
    if request.too_large:
        return Refusal(Reason.BODY_TOO_LARGE, 413, "Body too large", detail, request.body)
    try:
        return unpack(request.body, encoding, max_bytes)
    except BodyTooLarge as error:
        return Refusal(Reason.BODY_TOO_LARGE, 413, "Body too large", detail, error.start)
    except BodyUnreadable:
        return Refusal(Reason.BODY_UNREADABLE, 400, "Body unreadable", "Send JSON, plain or gzip.", request.body)


def unreadable(drop: Drop, body: bytes) -> Refusal:
    return Refusal(drop.reason, 400, "Body unreadable", drop.detail, body)


def refuse(refusal: Refusal, request: Request, desk: Desk, via: str, *, site: str = "", extra: Headers = ()) -> Reply:
    """What was refused is kept as a hit with its reason; 503 if even that cannot be stored."""
    hit = make_hit(desk, request, via, desk.now_ms(), site=site, body=refusal.body, refused=refusal.reason)
    told = answers.problem(refusal.status, refusal.title, refusal.detail, extra)
    return Reply(record=encode(hit), count=1, via=via, stored=told, refused=answers.not_stored(extra))


def results(
    events: Sequence[bytes | msgspec.Raw], found: Sequence[SentEvent | Drop], reason: str = ""
) -> list[dict[str, str]]:
    """One row an event, in their order; `found` is what `read_event` makes of them. `reason` is the edge's own, for all
    of them."""
    rows = []
    for raw, read in zip(events, found, strict=True):
        row = {"id": event_id_of(raw) if isinstance(read, Drop) else read.id, "status": "ok"}
        if reason:
            row |= {"status": "drop", "reason": reason}
        elif isinstance(read, Drop):
            row |= {"status": "invalid", "reason": read.reason, "detail": read.detail}
        rows.append(row)
    return rows
