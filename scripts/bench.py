"""The table of design.md 7: what onebyone does beside what others do, measured side by side in one run.

Run with `make bench`. Rows that need a program that is not here (nginx, wrk) say so. Processor time per request is the
measure of the first row: it holds on a noisy machine, where requests per second do not.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from subprocess import PIPE

import httpx2
import msgspec
import structlog
from bench_consent import rows as consent_rows
from bench_deliveries import rows as delivery_rows
from bench_identity import identity_rows
from bench_reports import rows as report_rows
from bench_verdicts import rows as verdict_rows
from rich.console import Console
from rich.table import Table

from onebyone.app.settings import Place, check_port
from onebyone.app.state import open_state
from onebyone.collect.desk import now_ms
from onebyone.collect.visitors import Visitors
from onebyone.consent.settings import Settings as ConsentSettings
from onebyone.event import Hit, HitIds
from onebyone.log.sqlite_reader import SqliteReader
from onebyone.log.sqlite_writer import Settings as WriterSettings
from onebyone.log.sqlite_writer import SqliteWriter
from onebyone.pipeline.worker import CURSOR
from onebyone.reports.remote import Remote
from onebyone.tags.script import script_for

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36"
NOWHERE = ConsentSettings(unknown_region="N")  # what is measured comes from this machine
ROUNDS, SECONDS, CONNECTIONS = 3, 4, 256
Row = tuple[str, str, str, str]  # what, measured, first landing, goal


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    table = Table(box=None, header_style="bold")
    for name in ("what", "measured", "first landing", "goal"):
        table.add_column(name, justify="left" if name == "what" else "right")
    alone = (collector_rows(), pipeline_rows(), conversion_rows(), verdict_rows(), consent_rows(), identity_rows())
    for row in chain(*alone, delivery_rows(), serve_rows(), tag_rows(), store_rows()):
        table.add_row(*row)
        print("  ".join(row), file=sys.stderr, flush=True)
    Console(width=140).print(table)


# the collector beside nginx


def collector_rows() -> Iterator[Row]:
    missing = [name for name in ("nginx", "wrk", "taskset") if shutil.which(name) is None]
    if missing:
        yield "durable image hits beside nginx empty_gif", f"needs {', '.join(missing)}", "0.50", "0.75"
        return
    ours, theirs, rates = [], [], []
    with tempfile.TemporaryDirectory() as home, collector(Path(home)) as (process, url, cookie):
        with nginx(Path(home)) as (worker, other):
            for _ in range(ROUNDS):
                micro, rate, _ = load(process, url, cookie, CONNECTIONS)
                ours.append(micro)
                rates.append(rate)
                theirs.append(load(worker, other, cookie, CONNECTIONS)[0])
        ratio = statistics.median(theirs) / statistics.median(ours)
        cpu = f"{statistics.median(ours):.1f} us of processor, nginx {statistics.median(theirs):.1f} us"
        yield f"durable image hits of one core / nginx empty_gif + log ({cpu})", f"{ratio:.2f}", "0.50", "0.75"
        half, rate, p99 = max(rates) / 2, 0.0, 0.0
        for connections in (4, 8, 12, 16, 24, 32, 48, 64, 96):
            _, rate, p99 = load(process, url, cookie, connections)
            if rate >= half:
                break
        yield f"p99 of a durable hit at half of that load ({rate:,.0f} hits/s)", f"{p99:.1f} ms", "10 ms", "3 ms"


@contextmanager
def collector(home: Path) -> Iterator[tuple[int, str, str]]:
    place = Place(home / "data")
    place.metrics.mkdir(parents=True)
    state = open_state(place)
    site = state.sites.add("bench", ["https://shop.example"], consent=NOWHERE)
    port = check_port("127.0.0.1", 0, "")
    command = ["taskset", "-c", "0", sys.executable, "-m", "onebyone", "collect"]
    command += ["--data", str(place.data), "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "ONEBYONE_LOG": "error"})
    try:
        base = f"http://127.0.0.1:{port}"
        wait_for(f"{base}/ready")
        cookie = f"ob_v={Visitors(state.visitor_key).new(now_ms())}"
        yield process.pid, f"{base}/{site.prefix}/v1/n/{site.id}.gif?e=pv&u=https%3A%2F%2Fshop.example%2F", cookie
    finally:
        process.terminate()
        process.wait()


@contextmanager
def nginx(home: Path) -> Iterator[tuple[int, str]]:
    port = check_port("127.0.0.1", 0, "")
    (home / "nginx.conf").write_text(
        f"worker_processes 1; daemon off; pid {home}/nginx.pid; error_log {home}/error.log;\n"
        "events { worker_connections 1024; }\n"
        f"http {{ access_log {home}/access.log combined;\n"
        f"server {{ listen 127.0.0.1:{port}; location / {{ empty_gif; }} }} }}\n"
    )
    process = subprocess.Popen(["taskset", "-c", "0", "nginx", "-p", str(home), "-c", str(home / "nginx.conf")])
    try:
        wait_for(f"http://127.0.0.1:{port}/x.gif")
        worker = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
        yield worker, f"http://127.0.0.1:{port}/abcde/v1/n/s.gif?e=pv&u=https%3A%2F%2Fshop.example%2F"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def load(pid: int, url: str, cookie: str, connections: int) -> tuple[float, float, float]:
    """(processor us per request, requests per second, p99 in ms) of a server under wrk on the other core."""
    headers = {
        "User-Agent": AGENT % 142,
        "Referer": "https://shop.example/lamps?utm_source=news",
        "Accept": "image/avif,image/webp,image/*,*/*;q=0.8",
        "Accept-Language": "de-DE,de;q=0.9",
        "Accept-Encoding": "gzip, deflate, br",
        "Cookie": cookie,
    }
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{SECONDS}", "--latency"]
    command += [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    before = cpu_s(pid)
    out = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    used = cpu_s(pid) - before
    requests = int(re.search(r"(\d+) requests in", out)[1])  # type: ignore[index]
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()  # type: ignore[union-attr]
    p99 = float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return used / requests * 1e6, requests / SECONDS, p99


# the pipeline alone


def pipeline_rows(events: int = 60_000, before: int = 5_000) -> Iterator[Row]:
    """Without the first ones, in which lists and patterns are read."""
    with tempfile.TemporaryDirectory() as home:
        place = Place(Path(home))
        place.metrics.mkdir(parents=True)
        state = open_state(place)
        site = state.sites.add("bench", ["https://shop.example"], consent=NOWHERE)
        writer = SqliteWriter(place.hits, "c0", now_ms=now_ms, settings=WriterSettings())
        records = [msgspec.msgpack.encode(hit) for hit in typical_hits(before + events, site.id)]
        script = "from pathlib import Path; import sys, time, structlog; from onebyone.app.alive import quiet_gc;"
        script += "from onebyone.app.pipelining import Pipeline; from onebyone.app.settings import Place, Settings;"
        script += "p = Pipeline(Place(Path(sys.argv[1])), Settings()); quiet_gc(); p.drain(); input();"
        script += "t = time.process_time(); n = p.drain(); print(n, time.process_time() - t)"
        write(writer, records[:before])
        process = subprocess.Popen([sys.executable, "-c", script, home], stdin=PIPE, stdout=PIPE, text=True)
        reader = SqliteReader(place.events)
        while not reader.cursor(CURSOR):
            time.sleep(0.1)
        write(writer, records[before:])
        done, used = process.communicate("go\n")[0].split()
    per_second = int(done) / float(used)
    yield "events per second of one core, hit to event log", f"{per_second:,.0f}", "15,000", "40,000"


def write(writer: SqliteWriter, records: list[bytes]) -> None:
    for at in range(0, len(records), 100):
        writer.append(records[at : at + 100], count=100)


def conversion_rows() -> Iterator[Row]:
    """Ten million keys, for which the goal holds, or as many as KEYS says."""
    millions = os.environ.get("KEYS", "10")
    script = Path(__file__).with_name("bench_conversions.py")
    out = subprocess.run([sys.executable, script, millions], capture_output=True, text=True, check=True).stdout
    rate, disk, memory = out.split()
    what = f"copies of conversions of one core, {millions} M keys there ({disk} MB a million, {memory} MB resident)"
    yield what, f"{float(rate):,.0f}", "5,000", "5,000"


def typical_hits(count: int, site: str) -> Iterator[Hit]:
    """Half images, half tag batches of one event; 300 pages, 5,000 visitors, 50 agents."""
    rng, ids = random.Random(1), HitIds()
    for number in range(count):
        at = now_ms()
        page = f"https://shop.example/lamps/{rng.randrange(300)}"
        address = f"84.{rng.randrange(200)}.{rng.randrange(50)}.0"
        headers = browser_headers(rng.randrange(93, 143), page, for_image=number % 2 == 1)
        body, query, via, method = b"", "", "tag", "POST"
        if number % 2:
            via, method = "image", "GET"
            query = f"e=pv&id={uuid.UUID(int=rng.getrandbits(128))}&u={page}"
        else:
            event = {"name": "page_view", "id": str(uuid.UUID(int=rng.getrandbits(128))), "at": at - 5, "seq": 1}
            event |= {"nav": "navigate", "page": {"url": page, "referrer": "https://www.google.com/", "title": "Lamp"}}
            body = json.dumps({"site": site, "sent_at": at, "events": [event]}).encode()
        yield Hit(
            id=ids.new(at), received_ms=at, via=via, site=site, method=method, path="/x", query=query, headers=headers,
            visitor=f"v{rng.randrange(5000)}", address=address, body=body,
        )  # fmt: skip


def browser_headers(major: int, page: str, *, for_image: bool) -> dict[str, str]:
    """Those of a Chrome that the collector keeps."""
    return {
        "user-agent": AGENT % major,
        "referer": page,
        "accept": "image/avif,image/webp,image/apng,image/*,*/*;q=0.8" if for_image else "*/*",
        "accept-language": "de-DE,de;q=0.9",
        "sec-ch-ua": f'"Not:A-Brand";v="8", "Chromium";v="{major}"',
        "sec-ch-ua-mobile": "?0",
        "sec-ch-ua-platform": '"Windows"',
        "sec-fetch-site": "same-site",
        "sec-fetch-mode": "no-cors" if for_image else "cors",
        "sec-fetch-dest": "image" if for_image else "empty",
        "x-forwarded-proto": "https",
    }


# everything together


def serve_rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "onebyone", "serve", "--data", home, "--port", "0", "--console-port", "0"]
        process = subprocess.Popen(
            [*command, "--json"], stdout=subprocess.PIPE, env={**os.environ, "ONEBYONE_LOG": "error"}
        )
        try:
            assert process.stdout is not None
            text = b""
            while not text.rstrip().endswith(b"}"):
                text += process.stdout.readline()
            collector_url = json.loads(text)["collector"]
            yield visible_row(Place(Path(home)), collector_url)
            time.sleep(5)
            running = json.loads((Path(home) / "run" / "running.json").read_bytes())
            pids = [process.pid, *running["processes"].values()]
            parts = ", ".join(f"{name} {resident_mb(pid):.0f}" for name, pid in running["processes"].items())
            total = sum(resident_mb(pid) for pid in pids)
            yield f"resident memory of everything, idle ({parts})", f"{total:.0f} MB", "700 MB", "400 MB"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def visible_row(place: Place, url: str, samples: int = 40) -> Row:
    state = open_state(place)
    site = state.sites.add("bench", ["https://shop.example"], consent=NOWHERE)
    time.sleep(2.5)
    remote, waits = Remote(place.socket), []
    for _ in range(samples):
        order = uuid.uuid4().hex
        httpx2.get(f"{url}/{site.prefix}/v1/n/{site.id}.gif?e=purchase&o={order}&val=1&cur=EUR")
        began = time.perf_counter()
        while not remote.run("fate_events", site=site.id, ids=[order], limit=1).rows:
            time.sleep(0.01)
        waits.append(time.perf_counter() - began)
    return "hit to visible in a report, p95", f"{sorted(waits)[int(samples * 0.95)]:.2f} s", "2 s", "1 s"


def tag_rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as home:
        site = open_state(Place(Path(home))).sites.add("bench", ["https://shop.example"], consent=NOWHERE)
        size = len(gzip.compress(script_for(site), 9))
    yield "tag, gzip -9", f"{size:,} B", "4,000 B", "3,000 B"


def store_rows() -> Iterator[Row]:
    millions = int(os.environ.get("BENCH_MILLIONS", "10"))
    for name, seconds, _ in report_rows(millions):
        yield f"report {name}, {millions} million events", f"{seconds:.2f} s", "2 s", "0.5 s"


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Proportional: a page that two processes share counts once."""
    found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def wait_for(url: str) -> None:
    for _ in range(200):
        try:
            if httpx2.get(url).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise SystemExit(f"{url} does not answer")


if __name__ == "__main__":
    main()
