"""Two weeks of a shop in which pages have numbers: orders that browsers miss, choices, faults, people who come back,
machines, slow pages, an experiment and a letter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from onebyone.event import Ended, Event
from onebyone.state.graph import Row
from onebyone.state.mail import Message
from store.rows import a_drop, a_hit, an_event

FIRST = datetime(2026, 11, 2, 8, tzinfo=UTC)
QUERY = "from=2026-11-02&to=2026-11-15"
_BITS = {"all": 40 | 1, "statistics": 8 | 1, "none": 1}
_CAME = (
    {"channel": "Email", "source": "letter", "medium": "email", "campaign": "autumn", "content": "top"},
         {"channel": "Paid Search", "source": "google", "medium": "cpc", "campaign": "shoes", "term": "red"},
         {"channel": "Direct"}, {"channel": "Referral", "referrer_host": "blog.example"})  # fmt: skip

MESSAGE = f"{1:032x}"
OPENED: tuple[dict[str, Any], ...] = (
    {"actor": "human"},
    {"actor": "machine_prefetch", "reasons": ["ua.apple_mpp"]},
    {"actor": "suspect", "reasons": ["net.dc"]},
)
JUDGED: tuple[dict[str, Any], ...] = (
    {"actor": "machine_declared", "agent": "Googlebot", "confidence": 99, "network": "crawler.googlebot",
     "reasons": ["list.crawler_user_agents", "crawler.verified"]},
    {"actor": "suspect", "confidence": 40, "reasons": ["net.dc"], "network": "datacenter.aws"},
    {"actor": "suspect", "agent": "Googlebot", "confidence": 90, "reasons": ["spoof"]},
    {"actor": "machine_scanner", "agent": "curl", "confidence": 90, "reasons": ["list.crawler_user_agents"]},
    {"actor": "machine_prefetch", "agent": "prefetch", "confidence": 95, "reasons": ["hdr.sec_purpose"]},
    {"actor": "human_proxied", "confidence": 80, "network": "relay.apple", "reasons": ["net.dc"]},
)  # fmt: skip


def letter(site: str) -> Message:
    return Message(id=MESSAGE, site=site, name="Autumn", made_ms=int(FIRST.timestamp() * 1000))


def rows(site: str) -> list[Event | Ended | Row]:
    found = [*_rows(site, Random(4)), *_beside(site)]
    joined = [Row(site=site, visitor=node, kind="browser", person=1, version=1) for node in (1, 2)]
    return [*found, *joined]


def _rows(site: str, luck: Random) -> Iterator[Event | Ended]:
    number = 0
    for visitor in range(1, 61):
        chose = "all" if visitor % 3 else "statistics"
        browser = {
            "site": site, "visitor": visitor, "device": ["phone", "desktop"][visitor % 2],
            "browser": ["Chrome", "Safari"][visitor % 4 // 2], "country": ["DE", "AT"][visitor % 5 // 4],
            "host": "shop.example",
            "permissions": _BITS[chose], "consent_source": ["user", "region_default"][visitor % 2],
        }  # fmt: skip
        for visit in range(1 + visitor % 2):
            began = FIRST + timedelta(days=visit * 7 + visitor % 5, minutes=7 * visitor)
            for view, path in enumerate(("/", "/shoes", "/checkout")[: 1 + luck.randrange(3)]):
                number += 1
                came = luck.choice(_CAME) if not view else {"channel": "Direct"}
                at = {"at": began + timedelta(minutes=view), "life": number, "path": path}
                yield an_event(number, **browser, **at, **came)
                number += 1
                yield an_event(
                    number, name="user_engagement", properties={"engagement_time_msec": "900"}, **browser, **at
                )
            number += 1
            fault = {
                "kind": "script",
                "description": luck.choice(["x is null", 'a, "b"']),
                "source": "/a.js",
                "line": "7",
            }
            yield an_event(number, name="exception", properties=fault, path="/shoes", **browser, at=began)
        number += 1
        order = {"name": "purchase", "value": 100 * visitor, "currency": "EUR", "order_id": f"o{visitor}",
                 "path": "/checkout", "conversion": "r"}  # fmt: skip
        at = {"at": began + timedelta(minutes=8)}
        if visitor % 3:
            yield an_event(number, **browser, **order, **at)
            yield a_drop(number, site=site, reason="order_joined", via="server", of_hit=a_hit(number), **at)
        else:
            yield an_event(number, via="server", **browser, **order, **at)
    for n in range(4):  # who declined: two of whom only the server says so, two whose browsers did
        number += 1
        source = "user" if n < 2 else "region_default"
        declined = {"permissions": 1, "consent_source": source, "withheld": "own" if n < 2 else ""}
        yield an_event(number, site=site, name="purchase", via="server", value=50, currency="EUR", order_id=f"d{n}",
                       at=FIRST + timedelta(days=n), **declined)  # fmt: skip
        yield an_event(number + 1000, site=site, at=FIRST, country="DE", permissions=1, consent_source="user",
                       withheld="count")  # fmt: skip
    yield a_drop(9001, site=site, reason="consent_withheld", event_id="purchase:d3", at=FIRST + timedelta(days=3))


def _beside(site: str) -> Iterator[Event]:
    number = 20_000
    for day in range(14):
        for judged in JUDGED[: 1 + day % len(JUDGED)]:
            number += 1
            yield an_event(
                number, site=site, at=FIRST + timedelta(days=day), path="/shoes", host="shop.example", **judged
            )
    for visitor in range(1, 41):
        number += 2
        at, browser = FIRST + timedelta(days=visitor % 9, hours=1), {"site": site, "visitor": visitor}
        device = {"device": ["phone", "desktop"][visitor % 2], "host": "shop.example", "path": "/shoes"}
        told = {"lcp": str(900 + 90 * visitor), "cls": "0.05"} | ({"inp": str(20 * visitor)} if visitor % 3 else {})
        yield an_event(
            number, name="web_vitals", at=at, life=visitor % 7 and number, properties=told, **browser, **device
        )
        variant = {"variant": ["a", "b"][visitor % 2], "experiment": "button"}
        yield an_event(number + 1, name="experiment_view", at=at, properties=variant, **browser)
    for reader in range(1, 31):
        mail = {"site": site, "message": MESSAGE, "recipient": f"{reader:032x}", "at": FIRST + timedelta(hours=30)}
        number += 5
        opened = OPENED[reader % len(OPENED)]
        yield an_event(number, name="email_open", via="open", **mail, **opened)
        if reader % 3 == 0:
            yield an_event(number + 1, name="email_click", via="link", **mail)
            came = mail | {"at": FIRST + timedelta(hours=31), "visitor": reader, "host": "shop.example", "path": "/"}
            yield an_event(number + 2, name="page_view", **came)
        if reader % 4 == 0:
            yield an_event(number + 3, name="email_click", via="link", **mail, **OPENED[1 + reader % 2])
        if reader % 10 == 0:
            yield an_event(
                number + 4, name="email_unsubscribe", via="unsubscribe", properties={"wants": "leave"}, **mail
            )
