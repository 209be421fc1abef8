"""A forwarder with its log, state and platforms in reach of a test, and a clock that goes when it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace
from sqlalchemy import Engine, delete
from sqlalchemy.event import listen

from destinations.examples import NOW_MS, SETTINGS
from fakes.memory_log import MemoryLog
from fakes.platforms import Loopback
from fakes.state import a_database
from onebyone.destinations.destination import Request, Response
from onebyone.destinations.forward import Forwarder
from onebyone.destinations.forward import Settings as ForwardSettings
from onebyone.destinations.outgoing import Raw
from onebyone.destinations.web_client import Unreached
from onebyone.event import Conversion, Event, Permission, event_uuid, utc
from onebyone.state.database import METADATA
from onebyone.state.deliveries import Deliveries, Delivery
from onebyone.state.destinations import Configured, Destinations
from onebyone.state.vault import Vault
from onebyone.telemetry import Counters

W = TypeVar("W", bound="World")
SITE = "s1"
ALL_PERMISSIONS = sum(one.bit for one in Permission)
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"
MATCHED: dict[str, Any] = {
    "click_ids": {"gclid": "Cj0", "fbclid": "IwAR", "ttclid": "E.C.P.1", "twclid": "tw1", "li_fat_id": "l1"}
    | {"epik": "e1", "sccid": "s1", "rdt_cid": "r1", "msclkid": "m1"},
    "browser_ids": {"fbp": "fb.1.1.2", "ga": "111.222"},
    "user_agent": AGENT,
}
SECRETS = (
    "access_token",
    "service_account",
    "refresh_token",
    "client_secret",
    "developer_token",
    "api_secret",
    "conversion_token",
    "pixel_token",
    "consumer_secret",
    "oauth_token",
    "oauth_token_secret",
    "signing_secret",
)


def an_order(
    order: str, *, at_ms: int = NOW_MS, version: int = 1, site: str = SITE, event: Mapping[str, Any] = {}, **given: Any
) -> Conversion:
    at = utc(at_ms)
    id = event_uuid(site, "conversion", order)
    about: dict[str, Any] = {
        "site": site, "day": at.date(), "at": at, "received_at": at, "id": id, "hit": id, "name": "purchase",
        "via": "tag", "event_id": f"purchase:{order}", "visitor": abs(hash(order)) % 2**60 + 1, "host": "shop.example",
        "path": "/thanks", "order_id": order, "value": 4999, "currency": "EUR", "country": "US",
        "permissions": ALL_PERMISSIONS, "sealed": "email", **MATCHED, **event,
    }  # fmt: skip
    return Conversion(
        site=site,
        first_day=at.date(),
        id=id,
        version=version,
        first_received_at=at,
        updated_at=at + timedelta(seconds=version),
        event=Event(**about),
        net=about["value"],
        **given,
    )


class Inline(ThreadPoolExecutor):
    """No threads: the same every time, and in a fifth of the time."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done = Future[Any]()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - as every executor does
            done.set_exception(error)
        return done


class Records:
    def __init__(self) -> None:
        self.held: dict[tuple[str, str], Conversion] = {}

    def get_many(self, site: str, ids: Iterable[str]) -> dict[str, Conversion]:
        return {id: self.held[site, id] for id in ids if (site, id) in self.held}

    def of_site(self, site: str) -> list[Conversion]:
        return [record for (its, _), record in self.held.items() if its == site]


class People:
    """Everybody's word is their last one, and every seal opens to one address."""

    def __init__(self) -> None:
        self.now: dict[tuple[str, int], int] = {}
        self.every_order_since_ms = 0
        self.user_data: dict[str, Any] = {"email": "jane@example.com", "phone": "+49 30 901820"}

    def allowed_now(self, site: str, events: Sequence[Event]) -> list[int | None]:
        return [self.now.get((site, event.visitor)) for event in events]

    def every_order_since(self, site: str) -> int:
        return self.every_order_since_ms

    def unseal(self, site: str, sealed: str) -> Raw:
        return Raw(self.user_data, "203.0.113.7")


class Internet:
    """Finds the platform by the address that its settings name."""

    def __init__(self) -> None:
        self.platforms: dict[str, Loopback] = {}

    async def send(self, request: Request) -> Response | Unreached:
        found = next((one for name, one in self.platforms.items() if request.url.startswith(f"https://{name}.")), None)
        return await found.send(request) if found is not None else Unreached("ConnectError", sent=False)


class World:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.now_s = NOW_MS / 1000
        self.log, self.facts = MemoryLog(), MemoryLog()
        self.writer = self.log.writer("pipeline")
        self.records, self.people, self.internet = Records(), People(), Internet()
        self.destinations = Destinations(engine, Vault(bytes(32)))
        self.deliveries = Deliveries(engine)
        self.counters = Counters("test")
        self.waits: list[float] = []
        self.forwarder = self.start()

    def start(self) -> Forwarder:
        """Another process, after the first one is gone."""
        self.forwarder = Forwarder(
            reader=self.log,
            facts=self.facts.writer("engine"),
            destinations=self.destinations,
            deliveries=self.deliveries,
            records=self.records,
            people=self.people,
            client=self.internet,
            counters=self.counters,
            now_ms=lambda: int(self.now_s * 1000),
            random=lambda: 1.0,
            settings=ForwardSettings(),
            clock=lambda: self.now_s,
            sleep=self.sleep,
        )
        self.forwarder.recover()
        return self.forwarder

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now_s += seconds

    def connect(self, name: str, *, site: str = SITE, settings: Mapping[str, Any] = {}, **given: Any) -> Loopback:
        """A destination with its platform, which reads from now on."""
        said = SETTINGS[name] | ({"url": "https://webhook.test/x"} if name == "webhook" else {})
        said |= ({} if name == "webhook" else {"endpoint": f"https://{name}.test"}) | dict(settings)
        secrets = {key: value for key, value in said.items() if key in SECRETS}
        plain = {key: value for key, value in said.items() if key not in SECRETS}
        self.destinations.put(Configured(site=site, name=name, settings=plain, **given), secrets)
        self.forwarder._take()
        return self.internet.platforms.setdefault(name, Loopback(name))

    def arrive(self, *records: Conversion) -> None:
        for record in records:
            self.records.held[record.site, record.id] = record
        lines = [b"C" + msgspec.json.encode(record) for record in records]
        self.writer.append(lines, count=len(lines))

    def after(self, seconds: float) -> World:
        self.now_s += seconds
        return self

    async def turns(self, count: int = 1) -> None:
        asyncio.get_running_loop().set_default_executor(Inline())
        for _ in range(count):
            await self.forwarder.turn()

    async def run_for(self, seconds: float, *, step: float = 1.0) -> None:
        """As long as there is something to do within that time."""
        asyncio.get_running_loop().set_default_executor(Inline())
        end = self.now_s + seconds
        while self.now_s < end:
            await self.forwarder.turn()
            self.now_s += step

    def states(self, name: str, site: str = SITE) -> dict[str, int]:
        found: dict[str, int] = {}
        for tally in self.deliveries.tallies(site, name):
            found[tally.state] = found.get(tally.state, 0) + tally.rows
        return found

    def delivery(self, record: Conversion, name: str, part: str = "") -> Delivery:
        return self.deliveries.of_conversions(record.site, [record.id])[record.id, name, part]

    def configured(self, name: str) -> Configured:
        found = self.destinations.find(SITE, name)
        assert found is not None
        return found


def a_world(directory: Path) -> AbstractContextManager[World]:
    return a_world_of(World, directory)


@contextmanager
def a_world_of(kind: type[W], directory: Path) -> Iterator[W]:
    with an_engine(directory) as engine:
        yield kind(engine)


@contextmanager
def an_engine(directory: Path) -> Iterator[Engine]:
    engine = a_database(directory)
    listen(engine, "connect", _hurry)
    engine.dispose()
    try:
        yield engine
    finally:
        engine.dispose()


def emptied(engine: Engine) -> World:
    """A world without a past on a state that others used: making its tables, and writing its statements anew, takes
    longer than most tests."""
    with engine.begin() as connection:
        for name in ("deliveries", "destinations", "destination_cursors", "destination_orders", "delivery_results"):
            connection.execute(delete(METADATA.tables[name]))
    return World(engine)


def _hurry(connection: Any, _record: Any) -> None:
    """No power fails in these tests, and an fsync is most of their time."""
    connection.execute("PRAGMA synchronous=OFF")


def changed(record: Conversion, *, event: Mapping[str, Any] = {}, **given: Any) -> Conversion:
    """The next version of a record."""
    about: dict[str, Any] = {"version": record.version + 1, "updated_at": record.updated_at + timedelta(seconds=1)}
    return replace(record, event=replace(record.event, **event), **(about | given))
