"""Microseconds per event of decoding and of each step, for typical hits with warm caches.

python scripts/profile_steps.py [HITS]
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Sequence
from urllib.parse import urlencode

from onebyone.app.law import SHIPPED_REGIONS
from onebyone.consent.decision import Policies
from onebyone.consent.regions import read_regions
from onebyone.event import Drop, Event, Hit, HitIds, Via
from onebyone.pipeline.conversions.counting import Counting
from onebyone.pipeline.decode import decode
from onebyone.pipeline.seen import Seen
from onebyone.pipeline.step import Context, Step
from onebyone.pipeline.steps import steps
from onebyone.places import Places
from onebyone.state.choices import Choices
from onebyone.state.claims import Holder
from onebyone.state.consent_records import ConsentRecords
from onebyone.state.conversions import Conversions
from onebyone.state.database import open_database
from onebyone.state.seals import Seals
from onebyone.state.sites import Site
from onebyone.state.suppression import Suppression
from onebyone.state.user_data import UserData

BATCH = 500
NOW_MS = 1_795_514_400_000
SITE = Site(id="s7k2m9qdab", name="shop", prefix="bcdfg", origins=("https://shop.example",))
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.6.1 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
)
REFERRERS = ("https://www.google.de/", "https://l.facebook.com/", "https://shop.example/", "")
CAMPAIGNS = ("", "?utm_source=google&utm_medium=cpc&utm_campaign=brand", "?gclid=EAIaIQobChMI8", "?color=red")


class Memory(Seen):
    """Claims in a dict."""

    def __init__(self) -> None:
        self._held: dict[bytes, Holder] = {}

    def find(self, key: bytes) -> Holder | None:
        return self._held.get(key)

    def claim(self, key: bytes, by: Holder, *, days: int) -> Holder:
        return self._held.setdefault(key, by)


def make_hits(count: int, via: Via) -> list[Hit]:
    random_ = random.Random(1)
    ids = HitIds()
    hits = []
    for number in range(count):
        url = f"https://shop.example/products/{random_.randrange(200)}{random_.choice(CAMPAIGNS)}"
        referrer = random_.choice(REFERRERS)
        query, body = "", b""
        if via == Via.IMAGE:
            query = urlencode({"e": "pv", "id": f"i{number}", "u": url, "r": referrer, "p.theme": "dark"})
        else:
            page = {"url": url, "referrer": referrer, "title": "A product"}
            event = {"name": "page_view", "id": f"t{number}", "at": NOW_MS - 900, "seq": 0, "nav": "navigate"}
            body = json.dumps(
                {"site": SITE.id, "sent_at": NOW_MS, "events": [{**event, "page": page, "props": {}}]}
            ).encode()
        hit = Hit(
            id=ids.new(NOW_MS),
            received_ms=NOW_MS,
            via=via,
            site=SITE.id,
            method="GET",
            path="/bcdfg/v1/n/s7k2m9qdab.gif",
            query=query,
            headers={"user-agent": random_.choice(AGENTS), "accept-language": "de-DE,de;q=0.9"},
            visitor=f"v{random_.randrange(4_000)}",
            region="US-NY",
            address=f"203.0.{random_.randrange(113)}.0",
            body=body,
        )
        hits.append(hit)
    return hits


def make_steps() -> tuple[tuple[str, Step], ...]:
    engine = open_database("sqlite://")
    policies = Policies(read_regions(SHIPPED_REGIONS.read_bytes()))
    counting = Counting(Conversions(engine))
    return steps(
        Memory(),
        counting,
        policies=policies,
        choices=Choices(engine),
        suppressed=Suppression(engine),
        places=Places(),
        records=ConsentRecords(engine),
        opening=UserData(engine, Seals(engine)),
        link_key=bytes(32),
        blinding=Seals(engine),
    )


def profile(count: int, via: Via) -> None:
    hits = make_hits(count, via)
    chain = make_steps()
    _run(hits, chain)
    pure = sum(name.startswith("add_") for name, _ in chain)
    chain = (*chain[:pure], *make_steps()[pure:])  # the same caches, nothing seen
    spent = _run(hits, chain)
    print(f"{via.value}: us per event, {count} events")
    for name, ns in spent.items():
        print(f"  {name:24}{ns / count / 1000:8.2f}")
    ours = sum(ns for name, ns in spent.items() if not name.startswith("drop_"))
    print(f"  {'decode and add_*':24}{ours / count / 1000:8.2f}")


def _run(hits: list[Hit], chain: tuple[tuple[str, Step], ...]) -> dict[str, int]:
    """In batches as the worker's; nanoseconds of processor time by step."""
    spent = dict.fromkeys(("decode", *(name for name, _ in chain)), 0)
    for at in range(0, len(hits), BATCH):
        began = time.process_time_ns()
        rows = [row for hit in hits[at : at + BATCH] for row in decode(hit, SITE)]
        spent["decode"] += time.process_time_ns() - began
        work = _readable([(row.outcome, row.context) for row in rows])
        for name, step in chain:
            began = time.process_time_ns()
            done = [(step(event, context), context) for event, context in work]
            spent[name] += time.process_time_ns() - began
            work = _readable(done)
    return spent


def _readable(work: Sequence[tuple[Event | Drop, Context | None]]) -> list[tuple[Event, Context]]:
    kept = [(event, context) for event, context in work if isinstance(event, Event) and context is not None]
    if len(kept) < len(work):
        raise SystemExit("a typical hit was dropped")
    return kept


if __name__ == "__main__":
    for way in (Via.IMAGE, Via.TAG):
        profile(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000, way)
