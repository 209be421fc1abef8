"""What needs a person stands above the figures, and in the menu."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.event import Reason
from onebyone.log import DeadLetter
from onebyone.state.deliveries import State, Tally
from onebyone.state.destinations import Configured
from onebyone.web.needs import Need, of_letters, of_stopped
from web.fakes import Place

Client = TestClient[Litestar]
STOPPED = Configured(site="s1", name="linkedin", created_ms=0, stopped="401", stopped_ms=1)


def letters(reason: str, count: int) -> list[DeadLetter]:
    return [
        DeadLetter(at_ms=1, site="s1", hit="h", n=n, reason=reason, step="decode", detail="", body=b"")
        for n in range(count)
    ]


def test_a_stopped_destination_says_what_waits_and_what_to_do() -> None:
    tallies = [
        Tally("linkedin", State.WAITING, "", 100, 0),
        Tally("linkedin", State.RETRYING, "http_500", 18, 0),
        Tally("linkedin", State.ACCEPTED, "", 7_000, 0),
        Tally("meta", State.WAITING, "", 5, 0),
    ]
    need = of_stopped(STOPPED, tallies)
    assert need.what == "LinkedIn refuses the credentials (401): 118 conversions wait."
    assert (need.action, need.page) == ("Replace the token", "destinations/linkedin")
    assert of_stopped(STOPPED, []).what == "LinkedIn refuses the credentials (401)."
    assert of_stopped(STOPPED, [Tally("linkedin", State.WAITING, "", 1, 0)]).what.endswith("1 conversion waits.")


def test_what_was_refused_for_a_reason_needs_nobody() -> None:
    assert of_letters(letters(Reason.VALUE_IMPOSSIBLE, 50)) == []
    assert of_letters(letters("KeyError", 1)) == [
        Need("1 report failed in a step of ours.", "Read why", "ledger#letters", "half", "wa")
    ]
    assert of_letters(letters("KeyError", 100))[0].what.startswith("100 or more reports")


@pytest.fixture
def stopped(place: Place) -> Iterator[Place]:
    for name in ("linkedin", "meta"):
        place.destinations.put(Configured(site=place.site.id, name=name, created_ms=0), {})
        place.destinations.stop(place.site.id, name, "401", now_ms=1)
    yield place


def test_they_stand_on_the_overview_and_count_in_the_menu(stopped: Place, admin: Client) -> None:
    stopped.waiting.letters = [
        DeadLetter(at_ms=1, site=stopped.site.id, hit="h", n=n, reason="KeyError", step="x", detail="", body=b"")
        for n in range(2)
    ]
    html = admin.get(f"/s/{stopped.site.id}/overview").text
    listed = re.findall(r'<a class="act" href="([^"]+)">([^<]+)</a>', html)
    at = f"/s/{stopped.site.id}"
    assert set(listed) == {
        (f"{at}/destinations/linkedin", "Replace the token"),
        (f"{at}/destinations/meta", "Replace the token"),
        (f"{at}/ledger#letters", "Read why"),
    }
    assert 'aria-label="2 stopped"' in html


def test_where_all_is_well_there_is_no_such_line(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/overview").text
    assert 'class="look"' not in html and "stopped" not in html


def test_a_log_that_does_not_answer_hides_no_stopped_destination(stopped: Place, admin: Client) -> None:
    stopped.waiting.down = True
    assert 'aria-label="2 stopped"' in admin.get(f"/s/{stopped.site.id}/overview").text
