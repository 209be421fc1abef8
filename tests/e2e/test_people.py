"""Who is who, through real processes that die on the way."""

from __future__ import annotations

import time
from typing import Any

import pytest

from e2e.running import Platform, kill, post, wait_until
from onebyone.identity.nodes import user_node
from onebyone.reports.remote import EngineNotRunning
from onebyone.state.sites import Site
from onebyone.store import StoreUnavailable

pytestmark = pytest.mark.slow
AT_MS = int(time.time() * 1000) - 3_600_000


def send(platform: Platform, site: Site, key: str, *events: dict[str, Any]) -> None:
    answer = post(
        f"{platform.collector}/{site.prefix}/v1/events",
        json={"events": [event | {"consent": {"analytics": "granted"}} for event in events]},
        headers={"authorization": f"Bearer {key}"},
    )
    assert {result["status"] for result in answer.json()["results"]} == {"ok"}, answer.text


def test_two_devices_and_an_address_are_one_person_whatever_dies_and_another_site_knows_nothing(
    platform: Platform,
) -> None:
    (site, key), (other, other_key) = platform.add_site(), platform.add_site()
    address = {"user_data": {"email": " Bob@Shop.test "}}
    story: list[dict[str, Any]] = [
        {"name": "page_view", "visitor": "phone", "at": AT_MS},
        {"name": "identify", "visitor": "phone", "user_id": "bob", "at": AT_MS + 1_000},
        {"name": "page_view", "visitor": "laptop", "at": AT_MS + 2_000},
        {"name": "identify", "visitor": "laptop", "user_id": "bob", "at": AT_MS + 3_000},
        {"name": "generate_lead", "user_id": "bob", "at": AT_MS + 4_000, **address},
        {"name": "generate_lead", "visitor": "tablet", "at": AT_MS + 5_000, "user_data": {"email": "bob@shop.test"}},
        {"name": "page_view", "visitor": "kiosk", "user_id": "undefined", "at": AT_MS + 6_000},
        {"name": "page_view", "visitor": "tv", "user_id": "undefined", "at": AT_MS + 7_000},
    ]
    for event in reversed(story):
        send(platform, site, key, event)
        if event["at"] in (AT_MS + 5_000, AT_MS + 3_000):
            wait_until(lambda: "pipeline" in platform.pids(), timeout_s=60)  # it may be on its way back
            kill(platform.pids()["pipeline"])
    send(platform, other, other_key, {"name": "page_view", "visitor": "phone", "at": AT_MS})
    platform.settle()
    (row,) = platform.report("persons", site.id)
    assert (row["persons"], row["several_devices"], row["largest"], row["joined_later"]) == (3, 1, 3, 2)
    assert platform.report("persons", other.id)[0]["persons"] == 1
    people = platform.report("people", site.id, text="bob", persons=[])
    assert [(one["person"], one["events"]) for one in people] == [(str(user_node(site.id, "bob")), 6)]
    kill(platform.pids()["engine"])
    wait_until(lambda: _says(platform, site, row), timeout_s=60)


def _says(platform: Platform, site: Site, row: dict[str, Any]) -> bool:
    try:
        return platform.report("persons", site.id) == [row]
    except (EngineNotRunning, StoreUnavailable):
        return False
