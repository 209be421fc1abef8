"""A platform behind a socket that takes a request and is slow to say so."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from destinations.examples import NOW_MS, SETTINGS, a_conversion
from fakes.platforms import Loopback, serve
from onebyone.destinations.all import ALL
from onebyone.destinations.destination import Request, Response, build, settings_of
from onebyone.destinations.web_client import Unreached, WebClient


def an_order(base: str) -> Request:
    event: dict[str, Any] = {
        "name": "purchase",
        "page": {"url": "https://shop.example/thanks"},
        "order": {"id": "T-1", "value": "1", "currency": "EUR"},
        "user_data": {"email": "jane@example.com"},
        "device": {"user_agent": "Firefox"},
    }
    settings = settings_of(ALL["meta"], SETTINGS["meta"] | {"endpoint": base})
    (request,) = build(ALL["meta"], [a_conversion(event)], settings, now_ms=NOW_MS).requests
    return request


async def sent(request: Request, timeout_s: float) -> Response | Unreached:
    client = WebClient(timeout_s=timeout_s, allow_private=True)
    try:
        return await client.send(request)
    finally:
        await client.close()


def test_a_slow_answer_is_an_unknown_outcome_and_the_next_one_is_the_same_conversion() -> None:
    meta, given_up = Loopback("meta"), threading.Event()
    meta.after = lambda: None if given_up.wait(30) else pytest.fail("nobody gave up")
    with serve(meta) as base:
        found = asyncio.run(sent(an_order(base), 0.2))
        given_up.set()
        assert found == Unreached("ReadTimeout", sent=True)
        again = asyncio.run(sent(an_order(base), 30))
    assert isinstance(again, Response) and again.status == 200
    assert len(meta.counted) == 1 and len(meta.taken) == 2
