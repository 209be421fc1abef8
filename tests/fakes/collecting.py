"""A collector without a network and without a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from fakes.consenting import the_places, the_policies
from fakes.state import in_memory
from onebyone.collect.addresses import Addresses
from onebyone.collect.answers import Reply
from onebyone.collect.app import Collector
from onebyone.collect.commit import Waiter
from onebyone.collect.connection import Connection, Limits
from onebyone.collect.desk import Desk, Settings
from onebyone.collect.mailing import Mailing
from onebyone.collect.registry import Known
from onebyone.collect.visitors import Visitors
from onebyone.consent.settings import Settings as ConsentSettings
from onebyone.event import Hit, HitIds
from onebyone.state.consent_records import ConsentRecords
from onebyone.state.keys import hash_key
from onebyone.state.receipts import Receipts
from onebyone.state.seals import Seals
from onebyone.state.sites import Site
from onebyone.telemetry import Counters

NOW_MS = 1_800_000_000_000
KEY = "obo_live_test"
SITE = Site(
    id="s1",
    name="Shop",
    prefix="bcdfg",
    origins=("https://shop.example",),
    consent=ConsentSettings(unknown_region="N"),  # its visitors come from nowhere
)


class FakeRegistry:
    def __init__(self, site: Site = SITE) -> None:
        self.known = Known(
            by_id={site.id: site},
            by_prefix={site.prefix: site},
            scripts={
                f"/{site.prefix}/s.js": b"/* the tag */",
                f"/{site.prefix}/c/ab12.js": b"/* a container */",
            },
            keys={hash_key(KEY): site.id},
        )

    def site_of_key(self, authorization: str) -> str:
        return self.known.keys.get(hash_key(authorization.removeprefix("Bearer ")), "")


class FakeCommitter:
    """Settles when told to; `full` refuses."""

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.waiters: list[Waiter] = []
        self.full = False
        self.at_once: bool | None = True
        self.ready = True

    def put(self, reply: Reply, waiter: Waiter) -> bool:
        if self.full:
            return False
        self.records.append(reply.record)
        if self.at_once is None:
            self.waiters.append(waiter)
        else:
            waiter.settle(self.at_once)
        return True

    def settle(self, stored: bool = True) -> None:
        waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            waiter.settle(stored)

    async def check(self) -> bool:
        return self.ready

    @property
    def hits(self) -> list[Hit]:
        return [msgspec.msgpack.decode(record, type=Hit) for record in self.records]


class FakeTransport(asyncio.Transport):
    """Remembers what was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.closed = False
        self.paused = False
        self.half_closed = False

    def get_extra_info(self, name: str, default: object = None) -> object:
        return ("203.0.113.77", 5555) if name == "peername" else default

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += bytes(data)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def write_eof(self) -> None:
        self.half_closed = True

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


class FakeCollector:
    """The real application and connections, between a fake network and a fake disk."""

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        settings: Settings | None = None,
        site: Site = SITE,
        mailing: Mailing | None = None,
    ) -> None:
        self.committer = FakeCommitter()
        self.counters = Counters("test")
        engine = in_memory()
        self.desk = Desk(
            settings=settings or Settings(),
            registry=FakeRegistry(site),  # type: ignore[arg-type]
            visitors=Visitors(b"k" * 32),
            addresses=Addresses((settings or Settings()).proxies),
            ids=HitIds(),
            policies=the_policies(),
            places=the_places(),
            seals=Seals(engine),
            records=ConsentRecords(engine),
            receipts=Receipts(engine),
            now_ms=lambda: NOW_MS,
            mailing=mailing or Mailing(),
            link_key=b"l" * 32,
        )
        self.app = Collector(self.desk, self.committer, self.counters, limits or Limits())  # type: ignore[arg-type]

    def connect(self) -> tuple[Connection, FakeTransport]:
        connection, transport = Connection(self.app), FakeTransport()
        connection.connection_made(transport)
        return connection, transport

    def ask(self, *chunks: bytes) -> bytes:
        """What a new connection answers to these bytes."""
        connection, transport = self.connect()
        for chunk in chunks:
            connection.data_received(chunk)
        return transport.sent


def request(method: str, target: str, *, body: bytes = b"", headers: Sequence[tuple[str, str]] = ()) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: t.shop.example", *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])
