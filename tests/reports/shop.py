"""A small shop's month: enough different visits that every field of the filters has several values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from onebyone.event import Event
from onebyone.store.engine import Embedded
from store.rows import an_event, put

END = datetime(2026, 11, 20, tzinfo=UTC)
_CAME = (
    ("Email", "letter", "email", "autumn", "", "", "button"),
    ("Paid Search", "google", "cpc", "shoes", "google.com", "red, shoes", ""),
    ("Organic Search", "google", "organic", "", "google.com", "", ""),
    ("Direct", "(direct)", "(none)", "", "", "", ""),
    ("", "", "", "", "odd.example", "", ""),
)
_NAMES = ("channel", "source", "medium", "campaign", "referrer_host", "term", "content")
_PATHS = ("/", "/shoes", "/Checkout")


def a_month(store: Embedded) -> None:
    put(store, list(_events(Random(7))))


def _events(luck: Random) -> Iterator[Event]:
    number = 0
    for visitor in range(1, 121):
        browser = {
            "visitor": visitor, "device": luck.choice(["phone", "desktop", ""]),
            "os": luck.choice(["iOS", "Windows", ""]),
            "browser": luck.choice(["Chrome", "Safari", ""]), "country": luck.choice(["DE", "AT", ""]),
            "region": luck.choice(["BY", ""]), "language": luck.choice(["de", "en", ""]),
            "host": luck.choice(["shop.example", "m.shop.example"]), "permissions": luck.choice([0, 8, 32, 40]),
            "actor": luck.choice(["human", "human", "human", "machine_crawler"]),
        }  # fmt: skip
        plan = ["gold", "basic", ""][visitor % 3]
        for _ in range(luck.randrange(1, 4)):
            began = END - timedelta(minutes=luck.randrange(60, 29 * 24 * 60))
            came = dict(zip(_NAMES, luck.choice(_CAME), strict=True))
            for view in range(luck.randrange(1, 4)):
                number += 1
                told = came if not view else {"channel": "Direct", "properties": {"my plan": plan}}
                at = began + timedelta(minutes=view)
                yield an_event(number, at=at, path=luck.choice(_PATHS), **browser, **told)
            if luck.random() < 0.3:
                number += 1
                more = {
                    "name": "purchase",
                    "value": luck.randrange(1, 9000),
                    "currency": "EUR",
                    "order_id": f"o{number}",
                }
                yield an_event(number, at=began + timedelta(minutes=9), **browser, **more)
    yield an_event(9001, at=END - timedelta(days=2), visitor=0, country="DE", device="phone", path="/")
    order = {"name": "purchase", "via": "server", "visitor": 0, "value": 5, "currency": "EUR", "order_id": "blocked"}
    yield an_event(9002, at=END - timedelta(days=2), **order)
