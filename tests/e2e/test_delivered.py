"""What reaches an ad platform when a fifth of the buyers block the page's requests, and the engine dies on the way.

Every part is real: collector, pipeline, the engine that sends, and Meta and TikTok behind sockets of this machine.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from destinations.examples import SETTINGS
from e2e.load import BROWSER, Connection, Sent
from e2e.running import ALLOW_LOOPBACK, Platform, a_platform, kill, wait_until
from fakes.platforms import Answer, Loopback, serve
from onebyone.app.state import State
from onebyone.state.deliveries import State as Delivered
from onebyone.state.destinations import Configured
from onebyone.state.sites import Site

PROVE = bool(os.environ.get("PROVE"))
BUYERS = 3_200 if PROVE else 320
BLOCKED = BUYERS * 700 // 3_200
GRANTED = dict.fromkeys(("functional", "analytics", "ads_storage", "ads_share", "ads_personalize"), "granted")
_AT_ONCE = 40
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900 if PROVE else 240)]


class Shop(Struct):
    platform: Platform
    site: Site
    key: str
    places: dict[str, Loopback]

    def wait_for(self, name: str, count: int) -> None:
        """Until so many deliveries are accepted."""
        state = self.platform.state
        try:
            wait_until(lambda: accepted(state, self.site, name) == count, timeout_s=300 if PROVE else 90)
        finally:
            state.engine.dispose()


def accepted(state: State, site: Site, name: str) -> int:
    tallies = state.deliveries.tallies(site.id, name)
    return sum(one.rows for one in tallies if one.state == Delivered.ACCEPTED)


@contextmanager
def a_shop(platform: Platform) -> Iterator[Shop]:
    """With Meta and TikTok connected."""
    site, key = platform.add_site()
    places = {name: Loopback(name) for name in ("meta", "tiktok")}
    with ExitStack() as served:
        for name, loopback in places.items():
            connect(platform, site, name, served.enter_context(serve(loopback)))
        yield Shop(platform, site, key, places)
        for name in places:  # their servers end here
            disconnect(platform, site, name)


def connect(platform: Platform, site: Site, name: str, url: str) -> None:
    """A destination that never read begins where the log ends: the orders must come after that."""
    plain = {key: value for key, value in SETTINGS[name].items() if key != "access_token"} | {"endpoint": url}
    one = Configured(site=site.id, name=name, settings=plain, settle_s=3, max_batch=25)
    state = platform.state
    try:
        state.destinations.put(one, {"access_token": "t0ken"})
        wait_until(lambda: state.destinations.cursor(site.id, name) is not None, timeout_s=30)
    finally:
        state.engine.dispose()


def disconnect(platform: Platform, site: Site, name: str) -> None:
    state = platform.state
    state.destinations.remove(site.id, name)
    state.engine.dispose()


def an_order(number: int, **said: Any) -> dict[str, Any]:
    order = {"id": f"NL-{number}", "value": "49.90", "currency": "EUR"}
    return {"name": "purchase", "order": order, "consent": GRANTED, **said}


def by_browser(shop: Shop, number: int) -> Sent:
    event = an_order(number, id=f"b-{number}", page={"url": "https://shop.example/thanks"})
    body = {"site": shop.site.id, "consent": GRANTED, "events": [event]}
    return Sent(
        "POST", f"/{shop.site.prefix}/v1/e", json.dumps(body).encode(), BROWSER | {"cookie": f"_fbp=fb.1.1.{number}"}
    )


def by_server(shop: Shop, numbers: range) -> Sent:
    events = [an_order(n, id=f"s-{n}", user_data={"email": f"buyer{n}@example.com"}) for n in numbers]
    headers = {"authorization": f"Bearer {shop.key}"}
    return Sent("POST", f"/{shop.site.prefix}/v1/events", json.dumps({"events": events}).encode(), headers)


def blocks(number: int) -> bool:
    """Those who do are spread evenly."""
    return (number + 1) * BLOCKED // BUYERS != number * BLOCKED // BUYERS


def sell(shop: Shop) -> int:
    """The number of orders that a pixel alone had seen."""
    connection = Connection(shop.platform.collector)
    seen = 0
    for start in range(0, BUYERS, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, BUYERS))
        for number in numbers:
            if not blocks(number):
                assert connection.send(by_browser(shop, number))
                seen += 1
        assert connection.send(by_server(shop, numbers))
    connection.close()
    return seen


def test_blocked_buyers_reach_meta_through_the_shops_server_and_each_order_once(platform: Platform) -> None:
    with a_shop(platform) as shop:
        seen = sell(shop)
        shop.wait_for("meta", BUYERS)
        meta = shop.places["meta"]
        ids = Counter(row["event_id"] for row in meta.taken)
        browsers = {f"fb.1.1.{n}" for n in range(BUYERS) if not blocks(n)}
        uplift = len(ids) / seen - 1
        print(f"pixel alone {seen}, Meta received {len(ids)} orders in {len(meta.taken)} rows: uplift {uplift:.2%}")
        assert seen == BUYERS - BLOCKED and set(ids.values()) == {1}
        assert ids.keys() == {f"purchase:NL-{n}" for n in range(BUYERS)}
        assert uplift == pytest.approx(0.28)
        assert {row["user_data"].get("fbp") for row in meta.taken if "fbp" in row["user_data"]} == browsers
        assert all(row["user_data"].get("em") for row in meta.taken)  # the merged record, not the browser's copy


@pytest.mark.skipif(not PROVE, reason="PROVE=1: two restarts of the engine are no matter of seconds")
def test_an_engine_killed_in_the_middle_of_a_batch_loses_nothing_while_another_platform_is_down(tmp_path: Path) -> None:
    with a_platform(tmp_path / "data", settings=ALLOW_LOOPBACK) as platform, a_shop(platform) as shop:
        meta, tiktok = shop.places["meta"], shop.places["tiktok"]
        tiktok.script.extend([Answer(503)] * 4)
        killed: list[int] = []

        def at_a_request() -> None:
            """Meta has the request and has not answered it."""
            if len(meta.requests) in (2, 5):
                killed.append(shop.platform.pids()["engine"])
                kill(killed[-1])

        meta.after = at_a_request
        sell(shop)
        for name in shop.places:
            shop.wait_for(name, BUYERS)
        repeated = len(meta.taken) - len(meta.counted)
        print(f"killed {len(killed)} times; {len(meta.counted)} orders, {repeated} rows came twice under one id")
        assert len(set(killed)) == 2
        assert len(meta.counted) == len(tiktok.counted) == BUYERS  # nothing lost
        assert 0 < repeated <= 2 * 25  # only what was on its way came twice, for the platform to know by its id
        assert {str(row["event_id"]) for row in meta.taken} == {f"purchase:NL-{n}" for n in range(BUYERS)}
