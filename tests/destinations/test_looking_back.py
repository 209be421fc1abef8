"""A 200 of the Data Manager says that a request came; what came of it is asked later."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from destinations.forwarding import World, a_world, an_order
from onebyone.destinations.destination import Done, Request, Response
from onebyone.destinations.google_data_manager import read_status
from onebyone.destinations.web_client import Unreached

NAME = "google_data_manager"
MINUTE, HOUR = 60, 3_600


class Processing:
    """Google, with the states of its one request in the order in which they are asked for."""

    def __init__(self, world: World) -> None:
        self.platform = world.connect(NAME)
        self.world = world
        self.states: list[Any] = []
        self.asked_s: list[float] = []
        world.internet.platforms[NAME] = self  # type: ignore[assignment]

    async def send(self, request: Request) -> Response | Unreached:
        if request.method == "POST":
            return await self.platform.send(request)
        url, headers = request.plain()
        assert url == f"https://{NAME}.test/v1/requestStatus:retrieve?requestId=r-1"
        assert headers["Authorization"] == "Bearer t0ken" and request.body == b""
        self.asked_s.append(self.world.now_s)
        found = self.states.pop(0)
        return found if isinstance(found, Unreached) else Response(200, json.dumps(found).encode())


def status(*states: str, reason: str = "") -> dict[str, Any]:
    errors = {"errorInfo": {"errorCounts": [{"reason": reason, "recordCount": "1"}]}} if reason else {}
    return {"requestStatusPerDestination": [{"requestStatus": state, **errors} for state in states]}


@pytest.fixture
def google(tmp_path: Path) -> Iterator[Processing]:
    with a_world(tmp_path) as world:
        yield Processing(world)


def sent(google: Processing, *states: Any, hours: float) -> float:
    """Two orders, in one request; when they left."""
    google.states = list(states)
    google.world.arrive(an_order("T-1"), an_order("T-2"))
    asyncio.run(google.world.turns())
    asyncio.run(google.world.after(7 * MINUTE).run_for(MINUTE, step=30))
    left_s = google.world.now_s
    asyncio.run(google.world.run_for(hours * HOUR, step=5 * MINUTE))
    return left_s


def test_success_is_proof_and_is_asked_after_half_an_hour_then_hourly(google: Processing) -> None:
    left_s = sent(google, status("PROCESSING"), Unreached("ReadTimeout", sent=True), status("SUCCESS"), hours=4)
    waited = [round((at - left_s) / MINUTE) for at in google.asked_s]
    assert len(waited) == 3 and 29 <= waited[0] <= 36 and 60 <= waited[1] - waited[0] <= 66
    rows = google.world.deliveries.find(destination=NAME)
    assert [(one.state, one.proof) for one in rows] == [("accepted", True)] * 2


def test_what_failed_as_a_whole_is_refused_by_its_reason(google: Processing) -> None:
    sent(google, status("FAILED", reason="PROCESSING_ERROR_REASON_INVALID_GCLID"), hours=1)
    rows = google.world.deliveries.find(destination=NAME)
    assert [(one.state, one.cause) for one in rows] == [("refused", "INVALID_GCLID")] * 2


def test_what_failed_in_part_is_marked_for_nobody_knows_which(google: Processing) -> None:
    sent(google, status("SUCCESS", "PARTIAL_SUCCESS", reason="INVALID_GCLID"), hours=1)
    rows = google.world.deliveries.find(destination=NAME)
    assert [(one.state, one.marks) for one in rows] == [("accepted", '["partly_failed"]')] * 2
    assert all("INVALID_GCLID" in one.answer for one in rows)


def test_a_click_that_google_does_not_know_yet_goes_again_under_its_id(google: Processing) -> None:
    sent(google, status("FAILED", reason="TOO_RECENT_CLICK"), status("SUCCESS"), hours=8)
    assert len(google.platform.taken) == 4 and len(google.platform.counted) == 2
    assert google.world.states(NAME) == {"accepted": 2}


def test_after_a_day_without_an_end_nothing_more_is_asked(google: Processing) -> None:
    sent(google, *[status("PROCESSING")] * 40, hours=30)
    assert 20 <= len(google.asked_s) <= 26
    assert google.world.states(NAME) == {"accepted": 2}


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"requestStatusPerDestination": [{}]}', b'{"requestStatusPerDestination": 1}']
)
def test_an_answer_that_says_nothing_is_no_end(body: bytes) -> None:
    assert read_status(Response(200, body)) is None


def test_an_error_is_no_end_and_a_failure_without_a_reason_has_one() -> None:
    assert read_status(Response(500, b"{}")) is None
    failed = Response(200, json.dumps(status("FAILED")).encode())
    assert read_status(failed) == Done("processing_failed")
