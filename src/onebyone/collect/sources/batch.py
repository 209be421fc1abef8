"""What the two JSON ways in share: body, hit, results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from onebyone.collect import answers
from onebyone.collect.bodies import BodyTooLarge, BodyTooSlow, BodyUnreadable, read_body
from onebyone.collect.desk import MAX_PATH_CHARS, Desk, Scope, kept_headers, store
from onebyone.event import Drop, Hit, Reason, Via
from onebyone.wire import event_id_of, read_event


class Refusal(Struct, frozen=True):
    """A request that holds no events we can use: what the log keeps, and what the sender reads."""

    reason: Reason
    status: int
    title: str
    detail: str
    body: bytes = b""


UNWELL = (503, "Not stored", "The log cannot be written right now. Nothing of this request was kept; send it again.")


async def read(scope: Scope, proto: Any, desk: Desk, *, max_bytes: int) -> bytes | Refusal:
    """The request's body, or why not."""
    encoding = scope.headers.get("content-encoding", "").strip().lower()
    try:
        return await read_body(proto, encoding=encoding, max_bytes=max_bytes, timeout_s=desk.settings.body_timeout_s)
    except BodyTooLarge as error:
        detail = f"At most {max_bytes} bytes. Send fewer events at once."
        return Refusal(Reason.BODY_TOO_LARGE, 413, "Body too large", detail, error.start)
    except BodyUnreadable as error:
        return Refusal(Reason.BODY_UNREADABLE, 400, "Body unreadable", "Send JSON, plain or gzip.", error.start)
    except BodyTooSlow:
        detail = f"The body did not arrive within {desk.settings.body_timeout_s:g} s."
        return Refusal(Reason.BODY_UNREADABLE, 408, "Too slow", detail)


def unreadable(drop: Drop, body: bytes) -> Refusal:
    return Refusal(drop.reason, 400, "Body unreadable", drop.detail, body)


def make_hit(
    scope: Scope, desk: Desk, via: Via, *, site: str, body: bytes, count: int = 1, visitor: str = "", refused: str = ""
) -> Hit:
    headers = scope.headers
    now_ms = desk.now_ms()
    return Hit(
        id=desk.ids.new(now_ms),
        received_ms=now_ms,
        via=via,
        site=site,
        method=scope.method,
        path=scope.path[:MAX_PATH_CHARS],
        query="",
        headers=kept_headers(headers),
        visitor=visitor,
        address=desk.addresses.network_of(scope.client, headers.get("x-forwarded-for", "")),
        body=body[: desk.settings.refused_body_bytes] if refused else body,
        count=count,
        refused=refused,
    )


async def refuse(
    refusal: Refusal, scope: Scope, proto: Any, desk: Desk, via: Via, *, site: str = "", extra: answers.Headers
) -> None:
    """Keep what was refused as a hit with its reason, and say why. Answers 503 if even that cannot be stored."""
    hit = make_hit(scope, desk, via, site=site, body=refusal.body, refused=refusal.reason)
    if await store(desk, hit):
        proto.response_bytes(*answers.problem(refusal.status, refusal.title, refusal.detail, extra))
    else:
        proto.response_bytes(*answers.problem(*UNWELL, extra))


def results(events: Sequence[bytes | msgspec.Raw], reason: str = "") -> list[dict[str, str]]:
    """One row an event, in their order. `reason` is the edge's own, for all of them."""
    rows = []
    for raw in events:
        read = read_event(raw)
        row = {"id": event_id_of(raw) if isinstance(read, Drop) else read.id, "status": "ok"}
        if reason:
            row |= {"status": "drop", "reason": reason}
        elif isinstance(read, Drop):
            row |= {"status": "invalid", "reason": read.reason, "detail": read.detail}
        rows.append(row)
    return rows
