from __future__ import annotations

import json
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from litestar.testing import TestClient

from onebyone.simulate.goods import LAMPS
from onebyone.simulate.shop import Settings, shop
from onebyone.simulate.wire import Collector, open_client
from onebyone.simulate.wire import Settings as WireSettings

SNIPPET = '<script async src="https://t.example/brvkt/s.js"></script>'
IMAGE = "https://t.example/brvkt/v1/n/s1.gif"


class Backend:
    """Takes the shop's server events; refuses as often as it is told to."""

    def __init__(self, refuse: int = 0) -> None:
        self.refuse = refuse
        self.events: list[dict[str, Any]] = []
        self.taken = threading.Event()

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        assert request.headers["authorization"] == "Bearer key"
        if self.refuse:
            self.refuse -= 1
            return httpx2.Response(503)
        events = json.loads(request.content)["events"]
        self.events += events
        self.taken.set()
        return httpx2.Response(200, json={"results": [{"id": event["id"], "status": "ok"} for event in events]})

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Collector]:
        async def at_once(_seconds: float) -> None:
            """No pause."""

        async with open_client(httpx2.MockTransport(self.answer)) as client:
            wire = WireSettings(url="https://t.example", site="s1", prefix="brvkt", key="key")
            yield Collector(client, wire, pause=at_once)


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def client(backend: Backend, tmp_path: Path) -> Iterator[TestClient[Any]]:
    settings = Settings(
        snippet=SNIPPET,
        image_url=IMAGE,
        console_url="https://console.example",
        fate_url="https://console.example/fate?q={order}",
        orders_path=tmp_path / "orders.jsonl",
    )
    with TestClient(shop(settings, backend.open, now_ms=lambda: 1_790_000_000_000)) as opened:
        yield opened


def buy(client: TestClient[Any], slug: str = "fjord", **form: str) -> str:
    client.post("/cart", data={"slug": slug})
    token = re.findall(r'name="token" value="([^"]+)"', client.get("/checkout").text)[0]
    return client.post("/checkout", data={"token": token, **form}).text


@pytest.mark.parametrize("path", ["/", "/lamps", "/lamps?kind=wall", "/lamps/fjord", "/cart", "/checkout", "/adblock"])
def test_every_page_carries_the_tag_and_says_what_to_try(client: TestClient[Any], path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200 and page.text.count(SNIPPET) == 1
    assert "Try this." in page.text and "https://console.example" in page.text
    assert page.headers["cache-control"] == "no-cache"


def test_an_order_is_shown_and_reported_by_the_server_with_the_browsers_cookie(
    client: TestClient[Any], backend: Backend
) -> None:
    client.cookies.set("ob_v", "visitor-1")
    assert "<strong>NL-1001</strong>" in buy(client, delivery="pickup")
    assert backend.taken.wait(10)
    (event,) = backend.events
    assert (event["name"], event["id"], event["event_id"]) == ("purchase", "order-NL-1001", "purchase:NL-1001")
    assert (event["visitor"], event["at"]) == ("visitor-1", 1_790_000_000_000)
    assert (event["order"]["value"], event["order"]["currency"]) == (129.0, "EUR")


def test_the_thank_you_page_reports_the_same_order_each_time(client: TestClient[Any]) -> None:
    buy(client)
    first, again = client.get("/thank-you/NL-1001").text, client.get("/thank-you/NL-1001").text
    call = re.findall(r'onebyone\("purchase", (\{.*\})\)</script>', first)[0]
    assert json.loads(call)["id"] == "NL-1001" and call in again
    assert f'<noscript><img src="{IMAGE}?e=purchase&amp;o=NL-1001' in first


def test_a_refusing_collector_is_asked_until_it_takes_the_order(client: TestClient[Any], backend: Backend) -> None:
    backend.refuse = 5
    buy(client)
    assert backend.taken.wait(10)
    assert [event["id"] for event in backend.events] == ["order-NL-1001"]


def test_a_second_click_on_buy_makes_no_second_order(client: TestClient[Any]) -> None:
    client.post("/cart", data={"slug": "fjord"})
    cart = client.cookies["nl_cart"]
    client.post("/checkout", data={"token": "one"})
    client.cookies.set("nl_cart", cart)
    assert "NL-1001" in client.post("/checkout", data={"token": "one"}).text
    assert client.get("/thank-you/NL-1002").status_code == 404


def test_with_the_blocker_on_only_the_server_speaks(client: TestClient[Any], backend: Backend) -> None:
    client.get("/adblock?blocked=1")
    page = buy(client)
    assert "t.example" not in page and "onebyone(" not in page
    assert backend.taken.wait(10)
    assert "visitor" not in backend.events[0]
    assert SNIPPET in client.get("/adblock?blocked=0").text


def test_a_restart_reports_what_was_not_yet_taken_and_gives_no_number_twice(tmp_path: Path) -> None:
    settings = Settings(snippet="", image_url="", console_url="", fate_url="", orders_path=tmp_path / "orders.jsonl")
    deaf, hearing = Backend(refuse=10**6), Backend()
    with TestClient(shop(settings, deaf.open)) as client:
        buy(client)
    with TestClient(shop(settings, hearing.open)) as client:
        assert hearing.taken.wait(10)
        assert "NL-1002" in buy(client)
    assert hearing.events[0]["id"] == "order-NL-1001"


def test_the_cart_changes_and_can_be_emptied(client: TestClient[Any]) -> None:
    client.post("/cart", data={"slug": "lille"})
    assert "€ 147.00" in client.post("/cart/change", data={"slug": "lille", "quantity": "3"}).text
    assert "Nothing in it yet." in client.post("/cart/change", data={"slug": "lille", "quantity": "0"}).text
    assert "Nothing in it yet." in client.post("/checkout", data={"token": "x"}).text


@pytest.mark.parametrize("form", [{}, {"slug": "nothing"}, {"slug": "aurora"}])
def test_what_cannot_be_bought_changes_nothing(client: TestClient[Any], form: dict[str, str]) -> None:
    assert "Nothing in it yet." in client.post("/cart", data=form).text


@pytest.mark.parametrize("cookie", ["", "fjord", "fjord-x", "fjord-0", "nothing-1", "fjord--1", "<script>-1"])
def test_a_broken_cart_cookie_is_an_empty_cart(client: TestClient[Any], cookie: str) -> None:
    client.cookies.set("nl_cart", cookie)
    assert "Nothing in it yet." in client.get("/cart").text


@pytest.mark.parametrize("path", ["/nowhere", "/lamps/nothing", "/thank-you/NL-9"])
def test_an_unknown_page_is_a_page_that_leads_on(client: TestClient[Any], path: str) -> None:
    page = client.get(path)
    assert page.status_code == 404 and "That did not work" in page.text and SNIPPET in page.text


def test_every_lamp_has_a_page_with_its_drawing(client: TestClient[Any]) -> None:
    for lamp in LAMPS:
        page = client.get(f"/lamps/{lamp.slug}").text
        assert f"{lamp.name}, a {lamp.kind} lamp" in page
        assert ("Sold out" in page) is not lamp.in_stock


def test_the_account_page_tells_the_tag_who_signed_in_and_when_they_left(client: TestClient[Any]) -> None:
    assert 'onebyone("identify"' not in client.get("/account").text
    page = client.post("/account", data={"name": " Bö b "}).text
    assert "Signed in as <strong>Bö b</strong>" in page and 'identify", {user_id: "B\\u00f6 b"}' in page
    page = client.post("/account", data={"name": ""}).text
    assert 'onebyone("reset")' in page and "Signed in" not in page
    assert "onebyone(" not in client.get("/account").text.split("<body>")[1]
