"""Random choices, places and ways in, through real processes: what a person did not allow is in no file afterwards.

The property of `tests/property/test_consent.py` holds for what the pipeline writes; here the disk is searched: logs,
state and every table of the store. The requests as they came stay in the log "hits" until its days are over.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace

from e2e.running import ALLOW_LOOPBACK, LOOPBACK, ORIGIN, Platform, a_platform, get, post, wait_until
from e2e.test_delivered import connect
from fakes.platforms import Loopback, serve
from onebyone.collect.visitors import Visitors
from onebyone.event import Permission, visitor_hash
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.log.sqlite_upkeep import Retention, expire
from onebyone.log.sqlite_writer import Settings, SqliteWriter
from onebyone.state.deliveries import UNSENT
from onebyone.state.sites import Site

pytestmark = pytest.mark.slow

REQUESTS = 1_500 if os.environ.get("PROVE") else 90
DAYS_MS = 9 * 86_400_000
BEHIND = '[collect]\nproxies = ["127.0.0.1"]\ncountry_header = "cf-ipcountry"\n' + ALLOW_LOOPBACK
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0"
WORDS = ("granted", "denied", "maybe")
STATISTICS = ("user", "ga", "query", "referrer", "cookie", "number")
KINDS = (*STATISTICS, "click", "fbp", "agent", "mail", "prop")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with a_platform(tmp_path_factory.mktemp("kept") / "data", settings=BEHIND) as running:
        yield running


class People:
    """Each request has words of its own, which stand nowhere else."""

    def __init__(self, platform: Platform, site: Site, key: str) -> None:
        self.platform, self.site, self.key = platform, site, key
        state = platform.state
        made = Visitors(state.visitor_key)
        state.engine.dispose()
        self.cookies = [made.new(int(time.time() * 1000)) for _ in range(REQUESTS)]
        self.random = Random(11)

    def word(self, kind: str, n: int) -> str:
        if kind == "cookie":
            return self.cookies[n]
        if kind == "number":
            return str(visitor_hash(self.site.id, self.cookies[n]))
        return f"{kind.upper()}-WORD-{n}-"

    def send(self, n: int) -> None:
        random = self.random
        block = {one.value: random.choice(WORDS) for one in Permission if random.random() < 0.4}
        region = random.choice(["", "DE", "FR", "GB", "US", "JP", "BR", "CA"])
        headers = {"user-agent": AGENT.format(self.word("agent", n)), "cookie": f"ob_v={self.cookies[n]}"}
        headers |= {"cf-ipcountry": region, "x-forwarded-for": f"203.0.113.{n % 200 + 1}"}
        headers |= {"sec-gpc": "1"} if random.random() < 0.2 else {}
        headers |= {"dnt": "1"} if random.random() < 0.1 else {}
        base = f"{self.platform.collector}/{self.site.prefix}/v1"
        way, name = random.choice(["tag", "image", "server"]), random.choice(["page_view", "purchase", "sign_up"])
        event = self.event(n, name)
        if way == "image":
            said = {"e": name, "id": f"e{n}", "u": event["page"]["url"], "r": event["page"]["referrer"]}
            said |= {"uid": event["user_id"], **{f"p.{key.strip('_')}": text for key, text in event["props"].items()}}
            answer = get(f"{base}/n/{self.site.id}.gif?{urlencode({**said, **block})}", headers=headers)
        elif way == "tag":
            body = {"site": self.site.id, "events": [event | {"consent": block}]}
            answer = post(f"{base}/e", content=json.dumps(body), headers=headers | {"origin": ORIGIN})
        else:
            told = {"visitor": self.cookies[n], "ip": "203.0.113.9", "device": {"user_agent": headers["user-agent"]}}
            body = {"events": [event | told | {"consent": block}]}
            answer = post(f"{base}/events", json=body, headers={"authorization": f"Bearer {self.key}"})
        assert answer.status_code == 200, answer.text

    def event(self, n: int, name: str) -> dict[str, Any]:
        query = f"gclid={self.word('click', n)}&q={self.word('query', n)}&mail={self.word('prop', n)}%40mail.example"
        return {
            "name": name,
            "id": f"e{n}",
            "user_id": self.word("user", n),
            "page": {"url": f"{ORIGIN}/lamp?{query}", "referrer": f"https://blog.example/{self.word('referrer', n)}"},
            "props": {
                "_fbp": self.word("fbp", n),
                "_ga": self.word("ga", n),
                "contact": f"{self.word('prop', n)}@mail.example",
            },
            "user_data": {"email": f"{self.word('mail', n)}@mail.example"},
        }


def forbidden(people: People, rows: list[dict[str, Any]]) -> dict[bytes, str]:
    """Words that may stand nowhere, by what was decided of each request; one that was dropped allowed nothing."""
    allowed = {int(row["sent_id"][1:]): row["permissions"] for row in rows if row["sent_id"][1:].isdecimal()}
    found: dict[bytes, str] = {}
    for n in range(REQUESTS):
        bits = allowed.get(n, 0)
        kinds = ["mail", "prop"]
        kinds += [] if bits & Permission.ANALYTICS.bit else [*STATISTICS, "click", "fbp", "agent"]
        kinds += [] if bits & Permission.ADS_STORAGE.bit else ["click", "fbp"]
        kinds += [] if bits & Permission.ADS_SHARE.bit else ["agent"]
        found |= {people.word(kind, n).encode(): f"{kind} of {n}" for kind in kinds}
    return found


def everything(platform: Platform) -> Iterator[tuple[str, bytes]]:
    """All that lies on the disk, as bytes and decoded, with where it stood."""
    for file in platform.data.rglob("*"):
        if file.is_file():
            yield "/".join(file.relative_to(platform.data).parts[:2]), file.read_bytes()
    for file in platform.data.rglob("*.db"):
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                where = "/".join(file.relative_to(platform.data).parts[:2])
                yield where, b" ".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)
        connection.close()
    dump = [sys.executable, "-m", "e2e.dump_store", str(platform.place.store)]
    dumped = subprocess.run(dump, capture_output=True, check=True, cwd=Path(__file__).parents[1])
    for table, rows in json.loads(dumped.stdout)["tables"].items():
        yield f"table {table}", "\n".join(rows).encode()


def places_of(platform: Platform, words: dict[bytes, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for where, text in everything(platform):
        for word, what in words.items():
            if word in text:
                found.setdefault(where, set()).add(what)
    return found


def unsent(platform: Platform, site: Site) -> bool:
    """Whether a conversion still waits for its copies or for the platform."""
    state = platform.state
    tallies = state.deliveries.tallies(site.id, "meta")
    state.engine.dispose()
    return not tallies or any(one.state in UNSENT for one in tallies)


def turn_over(platform: Platform) -> None:
    """Nine days later, by the upkeep's own rule: another file is begun, and the old ones go."""
    later = int(time.time() * 1000) + DAYS_MS
    reader = SqliteReader(platform.place.hits)
    passed = {partition: mark.seq for partition, mark in reader.tail().items()}
    reader.close()
    for partition in passed:
        writer = SqliteWriter(platform.place.hits, partition, now_ms=lambda: later, settings=Settings())
        writer.append([], count=0)
        writer.close()
    assert expire(platform.place.hits, passed, now_ms=later, retention=Retention(keep_days=7))


def test_what_was_not_allowed_is_in_no_file_once_the_spool_is_over(own: Platform) -> None:
    state = own.state
    site = state.sites.add("Kept", [ORIGIN], consent=replace(LOOPBACK, query_kept=("q", "mail")))
    key = state.keys.add(site.id, "test")
    state.engine.dispose()
    wait_until(lambda: get(f"{own.collector}/{site.prefix}/s.js").status_code == 200, timeout_s=10)
    people, meta = People(own, site, key), Loopback("meta")
    with serve(meta) as url:
        connect(own, site, "meta", url)
        for n in range(REQUESTS):
            people.send(n)
        own.settle()
        wait_until(lambda: not unsent(own, site), timeout_s=60)
    rows = own.report("fate_events", site.id, ids=[f"e{n}" for n in range(REQUESTS)])
    assert len({row["permissions"] for row in rows}) > 20
    own.stop()
    words = forbidden(people, rows)
    assert len(words) > REQUESTS * len(KINDS) // 3
    left = b"".join(str(request).encode() + request.body for request in meta.requests)
    assert meta.taken and not {what for word, what in words.items() if word in left}
    found = places_of(own, words)
    assert found.keys() <= {"log/hits"} and len(found["log/hits"]) > REQUESTS  # as it came, until its days are over
    turn_over(own)
    assert places_of(own, words) == {}
