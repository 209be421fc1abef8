"""Conversions sent to a platform on this machine, per second of one core's time. `bench_deliveries.py [CONVERSIONS]`.

The engine's own forwarder and state: from the log through the queue in SQLite, committed with fsync, records read,
seals opened, consent asked, identifiers hashed, over HTTP to a server that only counts, in a process of its own. Then
how long a conversion waits beyond its settle time while 400 come each second, and what this machine hashes beside it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import msgspec
import structlog

from onebyone.app.forwarding import Forwarding
from onebyone.app.settings import Place, Settings
from onebyone.app.state import State, open_state
from onebyone.collect.desk import now_ms
from onebyone.destinations.forward import Forwarder
from onebyone.destinations.web_client import WebClient
from onebyone.event import Conversion, Event, Permission, event_uuid, utc
from onebyone.log.sqlite_writer import SqliteWriter
from onebyone.state.destinations import Configured
from onebyone.telemetry import Counters

SITE, GROUP = "s1", 100
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def main() -> None:
    if sys.argv[1:] == ["platform"]:
        answer()
        return
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    rate, wall, lag_ms = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    print(f"{rate:.0f} {wall:.0f} {lag_ms:.0f} {hashes_a_second():.0f}")


def measure(count: int) -> tuple[float, float, float]:
    """Conversions a second of processor time, and of the clock; ms beyond the settle time that 95 % stay below."""
    with tempfile.TemporaryDirectory() as home, platform() as base:
        place = Place(Path(home))
        for directory in (place.metrics, place.events, place.facts):
            directory.mkdir(parents=True, exist_ok=True)
        state = open_state(place)
        settings = {"pixel_id": "1", "endpoint": base}
        state.destinations.put(
            Configured(site=SITE, name="meta", settings=settings, settle_s=0), {"access_token": "t0ken"}
        )
        counters = Counters("bench")
        forwarding = Forwarding(place, Settings(), state, state.conversions, counters)
        writer = SqliteWriter(place.events, "pipeline", now_ms=now_ms, settings=Settings().log)
        try:
            return asyncio.run(_measure(forwarding, state, writer, count))
        finally:
            writer.close()
            state.engine.dispose()


async def _measure(
    forwarding: Forwarding, state: State, writer: SqliteWriter, count: int
) -> tuple[float, float, float]:
    client = WebClient(allow_private=True)
    forwarder = forwarding.forwarder(client)
    await forwarder.turn()  # from here on it reads
    store(state, writer, made(state, 0, count))
    used, wall = time.process_time(), time.perf_counter()
    while state.deliveries.next_due(SITE, "meta") is not None or await forwarder.turn():
        await forwarder.turn()
    used, wall = time.process_time() - used, time.perf_counter() - wall
    accepted = sum(one.rows for one in state.deliveries.tallies(SITE, "meta") if one.state == "accepted")
    assert accepted == count, f"{accepted} of {count}"
    lag_ms = await _lag(forwarder, state, writer, count)
    await client.close()
    return count / used, count / wall, lag_ms


async def _lag(forwarder: Forwarder, state: State, writer: SqliteWriter, first: int) -> float:
    """While a hundred come each quarter of a second."""
    stop = asyncio.Event()
    running = asyncio.create_task(forwarder.run(stop))
    records: list[Conversion] = []
    for start in range(first, first + 2_000, GROUP):
        some = made(state, start, GROUP)
        await asyncio.to_thread(store, state, writer, some)
        records += some
        await asyncio.sleep(0.25)
    for _ in range(600):  # a minute, for machines that have others to serve
        await asyncio.sleep(0.1)
        if sum(one.rows for one in state.deliveries.tallies(SITE, "meta") if one.state == "accepted") == first + 2_000:
            break
    stop.set()
    await running
    found = state.deliveries.of_conversions(SITE, [one.id for one in records])
    lags = sorted(found[one.id, "meta", ""].answered_ms - one.first_received_at.timestamp() * 1000 for one in records)
    return lags[int(len(lags) * 0.95)]


def store(state: State, writer: SqliteWriter, records: list[Conversion]) -> None:
    lines = [msgspec.json.encode(one) for one in records]
    for one, line in zip(records, lines, strict=True):
        state.conversions.put(one, line, b"")
    state.conversions.commit(0, state.claims)
    for at in range(0, len(lines), GROUP):
        some = [b"C" + line for line in lines[at : at + GROUP]]
        writer.append(some, count=len(some))


def made(state: State, first: int, count: int) -> list[Conversion]:
    return [_made(state, number) for number in range(first, first + count)]


def _made(state: State, number: int) -> Conversion:
    """An order with everything that Meta takes, each of another person."""
    at, order = utc(now_ms()), f"T-{number}"
    id = event_uuid(SITE, "conversion", order)
    person = {
        **{"email": f"jane.{number}@example.com", "phone": f"+49 30 {number:07}", "first_name": "Jane"},
        **{"last_name": "O'Neil", "city": "St. Albans", "zip": "AL1 1AA", "country": "United Kingdom"},
        **{"dob": "1990-02-16", "gender": "F", "external_id": f"u-{number}"},
    }
    items = json.dumps([{"item_id": "A1", "item_name": "Mug", "price": 14.95, "quantity": 2}])
    about: dict[str, Any] = {
        **{"site": SITE, "day": at.date(), "at": at, "received_at": at, "id": id, "hit": id, "name": "purchase"},
        **{"via": "tag", "event_id": f"purchase:{order}", "visitor": number + 1, "host": "shop.example"},
        **{"path": "/thanks", "order_id": order, "value": 4990, "currency": "EUR", "country": "GB", "items": items},
        **{"permissions": sum(one.bit for one in Permission), "user_agent": AGENT},
        **{"click_ids": {"fbclid": "IwAR"}, "browser_ids": {"fbp": "fb.1.1790000000000.1234567890"}},
        "sealed": state.seals.seal(SITE, person, "203.0.113.9", now_ms=now_ms()),
    }
    event = Event(**about)
    return Conversion(
        site=SITE,
        first_day=at.date(),
        id=id,
        version=1,
        first_received_at=at,
        updated_at=at + timedelta(seconds=1),
        event=event,
        net=4990,
    )


@contextmanager
def platform() -> Iterator[str]:
    """A server in a process of its own, so that its time is not counted as ours."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), "platform"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def answer() -> None:
    """Takes whatever comes, and says how much it was."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # the answer leaves in one piece

        def do_POST(self) -> None:
            rows = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["data"]
            body = json.dumps({"events_received": len(rows), "messages": [], "fbtrace_id": "A1"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


def hashes_a_second(count: int = 200_000) -> float:
    """What this machine does of the same work without us."""
    began = time.process_time()
    for number in range(count):
        hashlib.sha256(b"%d@example.com" % number).hexdigest()
    return count / (time.process_time() - began)


def rows() -> Iterator[tuple[str, str, str, str]]:
    command = [sys.executable, str(Path(__file__)), os.environ.get("DELIVERIES", "10000")]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate, wall, lag, hashed = map(float, out.split())
    what = f"conversions to a loopback platform of one core's time ({wall:,.0f} by the clock; "
    what += f"{hashed / rate:,.0f} of sha256 in the time of one)"
    yield what, f"{rate:,.0f}", "1,000", "5,000"
    yield "lag of a delivery beyond its settle time, 400 a second, p95", f"{lag:,.0f} ms", "-", "-"


if __name__ == "__main__":
    main()
