"""Golden cases of this room: hits in, and events before and after a step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from onebyone.consent.said import read_said
from onebyone.consent.settings import Settings as ConsentSettings
from onebyone.event import Drop, Event, Hit, utc
from onebyone.pipeline.decode import Decoded
from onebyone.pipeline.step import Context
from onebyone.state.sites import Site

GOLDEN = Path(__file__).parents[1] / "golden"
RECEIVED_MS = 1_795_514_400_000  # 2026-11-24T10:00:00Z
SITE = Site(
    id="s7k2m9qdab",
    name="shop",
    prefix="bcdfg",
    origins=("https://shop.example",),
    excluded_referrers=("paypal.com",),
    consent=ConsentSettings(
        unknown_region="N", query_kept=("size", "mail")
    ),  # the examples come from nowhere, and are not about consent
)
_HIT_FIELDS = ("site", "day", "received_at", "id", "hit", "via")  # the same in every case, or made from it


def cases(folder: str) -> list[Any]:
    """Every example in a folder; its file's name is the test's."""
    paths = sorted((GOLDEN / folder).rglob("*.json"))
    return [json.loads(path.read_text()) | {"file": str(path.relative_to(GOLDEN / folder))} for path in paths]


def name_of(case: Mapping[str, Any]) -> str:
    return str(case["file"])


def a_hit(via: str = "image", **given: Any) -> Hit:
    body = given.pop("body", b"")
    if isinstance(body, dict):
        body = json.dumps(body)
    fields: dict[str, Any] = {
        "id": bytes(15) + b"\x01",
        "received_ms": RECEIVED_MS,
        "via": via,
        "site": SITE.id,
        "method": "GET",
        "path": "/x",
        "query": "",
        "headers": {},
        "body": body.encode() if isinstance(body, str) else body,
    }
    return Hit(**fields | given)


def an_event(**given: Any) -> Event:
    at = utc(RECEIVED_MS)
    fields: dict[str, Any] = {
        "site": SITE.id,
        "day": at.date(),
        "at": at,
        "received_at": at,
        "id": "00000000-0000-4000-8000-000000000000",
        "hit": "00000000-0000-0000-0000-000000000001",
        "name": "page_view",
        "via": "tag",
    }
    return Event(**fields | given)


def a_context(**given: Any) -> Context:
    fields: dict[str, Any] = {
        "hit": a_hit(),
        "site": SITE,
        "headers": {},
        "user_agent": "",
        "address": "",
        "url": "",
        "referrer": "",
    }
    if "said" in given:
        given["said"] = read_said(given["said"], headers=given.get("headers"), received_ms=RECEIVED_MS)
    if "consent" in given:
        given["site"] = replace(SITE, consent=msgspec.convert(given.pop("consent"), ConsentSettings))
    return Context(**fields | given)


def shown(decoded: Decoded) -> dict[str, Any]:
    """What a case writes down of a sighting."""
    row: dict[str, Any] = msgspec.to_builtins(decoded.outcome)
    if isinstance(decoded.outcome, Drop):
        rest = msgspec.to_builtins(decoded)
        known = {name: rest[name] for name in ("name", "sent_id", "path", "at") if rest[name]}
        return {"drop": {name: value for name, value in row.items() if value}, **known}
    context = decoded.context
    assert context is not None
    kept = {name: value for name, value in row.items() if name not in _HIT_FIELDS}
    around = {name: getattr(context, name) for name in ("user_agent", "address", "url", "referrer", "webdriver")}
    return {"event": kept, "context": {name: value for name, value in around.items() if value}}


def changed(before: Event, after: Event) -> dict[str, Any]:
    """The fields that a step set."""
    old, new = (msgspec.to_builtins(msgspec.structs.asdict(event)) for event in (before, after))
    return {name: value for name, value in new.items() if value != old[name]}
