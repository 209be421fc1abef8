"""Trying a destination out: one made-up conversion, in the platform's test mode where it has one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from onebyone.destinations.conversion import Conversion, Item
from onebyone.destinations.destination import (
    Destination,
    Outcome,
    Refusal,
    Rejected,
    Request,
    Response,
    Retry,
    Sent,
    rows_of,
)
from onebyone.destinations.signing_in import SigningIn
from onebyone.destinations.user_data import UserData
from onebyone.destinations.web_client import Client, Unreached, WebClient
from onebyone.event import Permission

S = TypeVar("S")
_SAFE = {  # what makes a request one that is checked and not counted
    "google_data_manager": {"validate_only": True},
    "google_ads": {"validate_only": True},
    "pinterest": {"test": True},
    "snapchat": {"validate_only": True},
}
_DEBUG = {"ga4": "/debug/mp/collect"}  # it checks the event, and not the secret
_TEST_CODES = {"meta": "test_event_code", "tiktok": "test_event_code", "reddit": "test_id"}
TEST_EMAIL = "test@example.com"


class Trial(Struct, frozen=True):
    """`counted`: the platform has no way to check without counting, so it will count."""

    request: Request | None
    refused: str = ""
    counted: bool = True


class Tried(Struct, frozen=True):
    ok: bool
    code: str  # the platform's, or ours if it never answered
    status: int = 0
    answer: str = ""
    credentials: bool | None = None  # None: the platform does not say


def prepare_trial(destination: Destination[S], settings: S, *, now_ms: int, id: str, name: str = "") -> Trial:
    """The request, unsent. `name` is the event to try; by default the first one that the settings map."""
    safe = _SAFE.get(destination.name)
    if safe is not None:
        settings = _with(settings, safe)
    name = name or _mapped(settings)
    rows = rows_of(destination, _made_up(name, now_ms, id), settings, now_ms=now_ms)
    if isinstance(rows, Refusal):
        return Trial(None, refused=rows)
    request = destination.request(rows[:1], settings)
    debug = _DEBUG.get(destination.name)
    if debug is not None:
        request = replace(request, url=request.url.replace("/mp/collect", debug))
    code = _TEST_CODES.get(destination.name)
    return Trial(request, counted=safe is None and debug is None and (code is None or not getattr(settings, code)))


async def try_out(
    destination: Destination[Any], request: Request, settings: Any, *, client: Client, now_ms: Callable[[], int]
) -> Tried:
    signed = await SigningIn(destination, settings, client=client, now_ms=now_ms).sign(request)
    if not isinstance(signed, Request):
        return Tried(ok=False, code=signed.code, credentials=False if isinstance(signed, Rejected) else None)
    found = await client.send(signed)
    if isinstance(found, Unreached):
        return Tried(ok=False, code=found.why)
    return _tried(found, destination.read(found), destination.name in _DEBUG)


def try_now(
    destination: Destination[Any],
    request: Request,
    settings: Any,
    *,
    now_ms: Callable[[], int],
    allow_private: bool,
) -> Tried:
    """The same, from a thread that may block."""

    async def with_client() -> Tried:
        client = WebClient(allow_private=allow_private)
        try:
            return await try_out(destination, request, settings, client=client, now_ms=now_ms)
        finally:
            await client.close()

    return asyncio.run(with_client())


def _tried(found: Response, outcome: Outcome, silent: bool) -> Tried:
    text = found.body[:2_000].decode("utf-8", "replace")
    if isinstance(outcome, Sent):
        code = outcome.failed[0].code if outcome.failed else ""
        return Tried(not outcome.failed, code, found.status, text, credentials=None if silent else True)
    stop = isinstance(outcome, Rejected) and outcome.stop
    known = False if stop else (None if isinstance(outcome, Retry) else True)
    return Tried(ok=False, code=outcome.code, status=found.status, answer=text, credentials=known)


def _mapped(settings: object) -> str:
    for table in ("conversion_action_ids", "conversion_rule_ids", "event_ids"):
        named: Mapping[str, str] = getattr(settings, table, {})
        if named:
            return next(iter(named))
    return "purchase"


def _made_up(name: str, now_ms: int, id: str) -> Conversion:
    return Conversion(
        event_id=id,
        name=name,
        at_ms=now_ms,
        url="https://example.com/onebyone-test",
        order_id=id,
        value=Decimal("1.00"),
        currency="EUR",
        items=(Item(id="test", price=Decimal("1.00")),),
        user=UserData(email=TEST_EMAIL, first_name="Test", last_name="Test", country="US", zip="94025"),
        address="198.51.100.7",
        user_agent="Mozilla/5.0 (compatible; onebyone test)",
        clicks={"gclid": "TEST", "twclid": "TEST", "li_fat_id": "00000000-0000-4000-8000-000000000000"},
        browsers={"ga": "1.1"},
        consent=dict.fromkeys(Permission, True),
    )


def _with(settings: S, fields: Mapping[str, bool]) -> S:
    changed: S = replace(settings, **fields)  # type: ignore[type-var]
    return changed
