"""Traffic from several connections, with everything that was accepted written down."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Struct

from e2e.running import ORIGIN, Platform
from onebyone.event import Hit, hit_uuid
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.state.sites import Site

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
BROWSER = {"user-agent": AGENT, "accept-language": "en", "origin": ORIGIN}
_TIMEOUT_S = 10
_PAUSE_S = 0.004  # between two requests of one connection: a steady load, not a benchmark


class Sent(Struct, frozen=True):
    """One request: what it must leave behind if it was accepted."""

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = {}
    ids: tuple[str, ...] = ()  # of page views; each must be kept once
    orders: tuple[str, ...] = ()  # each must be counted once, through whatever copy
    sightings: int = 1


class Books:
    """What was accepted, and what may or may not have been stored because the connection broke."""

    def __init__(self) -> None:
        self.accepted: list[Sent] = []
        self.unknown: list[Sent] = []
        self.refused = 0  # the server said that it did not store them
        self._lock = threading.Lock()

    def note(self, sent: Sent, stored: bool | None) -> None:
        with self._lock:
            if stored is None:
                self.unknown.append(sent)
            elif stored:
                self.accepted.append(sent)
            else:
                self.refused += 1

    def ids(self) -> set[str]:
        return {id for sent in self.accepted for id in sent.ids}

    def orders(self) -> set[str]:
        return {order for sent in self.accepted for order in sent.orders}

    def sightings(self) -> int:
        return sum(sent.sightings for sent in self.accepted)


class Maker:
    """Requests of one connection, from a seed: images, batches and server orders, copies and retries of each."""

    def __init__(self, site: Site, key: str, name: str, seed: int) -> None:
        self._site = site
        self._key = key
        self._name = name
        self._random = random.Random(f"{name} {seed}")
        self._made = 0
        self._last: list[Sent] = []

    def next(self) -> Sent:
        if self._last and self._random.random() < 0.15:
            return self._random.choice(self._last)  # the network repeats a request, ids and all
        self._made += 1
        make = self._random.choice((self._image, self._image, self._batch, self._server_order, self._image_order))
        sent = make(f"{self._name}-{self._made}")
        self._last = [*self._last[-9:], sent]
        return sent

    def _image(self, id: str) -> Sent:
        return Sent("GET", self._image_path(e="pv", id=id, u=f"{ORIGIN}/{id}"), headers=BROWSER, ids=(id,))

    def _batch(self, id: str) -> Sent:
        views = [{"name": "page_view", "id": f"{id}-{n}", "page": {"url": f"{ORIGIN}/{n}"}} for n in range(3)]
        order = self._order(id)
        events: list[dict[str, Any]] = [*views, _purchase(id, order)]
        body = json.dumps({"site": self._site.id, "sent_at": 1_800_000_000_000, "events": events}).encode()
        ids = tuple(str(view["id"]) for view in views)
        path = f"/{self._site.prefix}/v1/e"
        return Sent("POST", path, body, BROWSER, ids=ids, orders=(order,), sightings=4)

    def _server_order(self, id: str) -> Sent:
        order = self._order(id)
        body = json.dumps({"events": [_purchase(id, order)]}).encode()
        headers = {"authorization": f"Bearer {self._key}"}
        return Sent("POST", f"/{self._site.prefix}/v1/events", body, headers, orders=(order,))

    def _image_order(self, id: str) -> Sent:
        order = self._order(id)
        path = self._image_path(e="purchase", id=f"{id}-p", o=order, val="5", cur="EUR")
        return Sent("GET", path, headers=BROWSER, orders=(order,))

    def _image_path(self, **said: str) -> str:
        return f"/{self._site.prefix}/v1/n/{self._site.id}.gif?{urlencode(said)}"

    def _order(self, id: str) -> str:
        """Now and then one that was sent before, as another copy of it."""
        if self._made > 3 and self._random.random() < 0.3:
            return f"{self._name}-o{self._random.randrange(self._made - 3, self._made)}"
        return f"{self._name}-o{id.rpartition('-')[2]}"


def _purchase(id: str, order: str) -> dict[str, Any]:
    return {"name": "purchase", "id": f"{id}-p", "order": {"id": order, "value": "5", "currency": "EUR"}}


class Connection:
    """Keeps one connection open and opens another where it breaks."""

    def __init__(self, address: str) -> None:
        self._address = urlsplit(address).netloc
        self._open = HTTPConnection(self._address, timeout=_TIMEOUT_S)

    def send(self, sent: Sent) -> bool | None:
        """Whether it was stored; None if nobody can say."""
        try:
            self._open.request(sent.method, sent.path, body=sent.body or None, headers=sent.headers)
            answer = self._open.getresponse()
            text = answer.read()
        except (OSError, HTTPException):
            self.close()
            self._open = HTTPConnection(self._address, timeout=_TIMEOUT_S)
            return None
        if sent.method == "GET":
            return answer.status == 200 and answer.getheader("x-onebyone-stored") != "no"
        return answer.status == 200 and {row["status"] for row in json.loads(text)["results"]} == {"ok"}

    def close(self) -> None:
        self._open.close()


class Load:
    """Threads that send until they are told to stop."""

    def __init__(self, site: Site, key: str, address: Callable[[], str], *, connections: int, seed: int) -> None:
        self.books = Books()
        self._address = address
        self._stop = threading.Event()
        makers = [Maker(site, key, f"c{number}", seed) for number in range(connections)]
        self._threads = [threading.Thread(target=self._send, args=(maker,), daemon=True) for maker in makers]

    def _send(self, maker: Maker) -> None:
        address = self._address()
        connection = Connection(address)
        while not self._stop.wait(_PAUSE_S):
            sent = maker.next()
            self.books.note(sent, connection.send(sent))
            if self._address() != address:
                connection.close()
                address = self._address()
                connection = Connection(address)
        connection.close()

    @contextmanager
    def running(self) -> Iterator[Books]:
        for thread in self._threads:
            thread.start()
        try:
            yield self.books
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()


def sightings_in(reader: SqliteReader) -> Counter[tuple[str, int]]:
    """How often each sighting is named by the log "hits"."""
    return Counter((hit_uuid(hit.id), n) for hit in hits_in(reader) for n in range(hit.count))


def hits_in(reader: SqliteReader) -> Iterator[Hit]:
    decoder = msgspec.msgpack.Decoder(Hit)
    yield from (decoder.decode(record) for record in records_in(reader))


class Outcome(Struct, frozen=True):
    """What every record of the log "events" says of itself."""

    hit: str
    n: int = 0
    fate: str = "kept"
    reason: str = ""


def outcomes_in(reader: SqliteReader) -> list[Outcome]:
    decoder = msgspec.json.Decoder(Outcome)
    fates = {b"E": "kept", b"D": "dropped"}
    outcomes = (record for record in records_in(reader) if record[:1] in fates)  # conversions are none
    found = [(record[:1], decoder.decode(record[1:])) for record in outcomes]
    return [one if kind == b"E" else msgspec.structs.replace(one, fate=one.fate or fates[kind]) for kind, one in found]


def records_in(reader: SqliteReader) -> Iterator[bytes]:
    position: dict[str, int] = {}
    while groups := reader.read(position, max_groups=256):
        for group in groups:
            position[group.partition] = group.seq
            yield from group.records


def check_books(platform: Platform, site: Site, books: Books) -> None:
    """Everything that was accepted is there, once; and every sighting has one outcome."""
    check_logs(platform, books)
    rows = platform.report("events", site.id, limit=1_000_000)
    views = Counter(row["event_id"] for row in rows if row["name"] == "page_view")
    orders = Counter(row["order_id"] for row in rows if row["name"] == "purchase")
    assert books.ids() - views.keys() == set()
    assert books.orders() - orders.keys() == set()
    assert {id: times for id, times in (views + orders).items() if times > 1} == {}
    (totals,) = platform.report("ledger_totals", site.id)
    assert totals["failed"] == 0
    hits = SqliteReader(platform.place.hits)
    mine = sum(hit.count for hit in hits_in(hits) if hit.site == site.id)
    hits.close()
    assert totals["kept"] + totals["dropped"] == mine
    assert totals["kept"] == len(rows) == len(views) + len(orders)


def check_logs(platform: Platform, books: Books) -> None:
    hits, events = SqliteReader(platform.place.hits), SqliteReader(platform.place.events)
    try:
        sightings, outcomes = sightings_in(hits), outcomes_in(events)
    finally:
        hits.close()
        events.close()
    assert set(sightings.values()) == {1}
    assert Counter((one.hit, one.n) for one in outcomes) == sightings
    most = books.sightings() + sum(sent.sightings for sent in books.unknown)
    assert books.sightings() <= sightings.total() <= most
