"""What a verdict costs, and what half a million networks do: rows of the bench."""

from __future__ import annotations

import ipaddress
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from onebyone.event import Event, Hit, event_uuid, hit_uuid, utc
from onebyone.pipeline.classifier import Classifier
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.networks import NetworkList, Networks, find_lists
from onebyone.pipeline.step import Context
from onebyone.state.sites import Site

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s.0.0.0 Safari/537.36"
NOW_MS, EVENTS, VISITORS = 1_795_514_400_000, 20_000, 4_000
SITE = Site(id="s7k2m9qdab", name="shop", prefix="bcdfg", origins=("https://shop.example",))
Row = tuple[str, str, str, str]


def rows(networks: int = 500_000) -> Iterator[Row]:
    judge = Judge(Classifier(), networks=Networks(find_lists()))
    known = [pair(number, agent=str(100 + number % 50)) for number in range(EVENTS)]
    timed(judge, known[:VISITORS])
    yield "verdict, cached agents", f"{min(timed(judge, known) for _ in range(3)):.1f} us", "3 us", "3 us"
    fresh = [pair(number, agent=f"{120 + number % 30}.{number}") for number in range(EVENTS // 4)]
    yield "verdict, an agent never seen", f"{timed(judge, fresh):.1f} us", "60 us", "60 us"
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "relay.apple.csv"
        write_networks(path, networks)
        out = subprocess.run([sys.executable, __file__, str(path)], capture_output=True, text=True, check=True).stdout
        seconds, megabytes = map(float, out.split())
        yield f"{networks:,} networks loaded", f"{seconds:.2f} s, {megabytes:.0f} MB", "3 s, 150 MB", "3 s, 150 MB"


def timed(judge: Judge, pairs: Sequence[tuple[Event, Context]]) -> float:
    """Microseconds of processor time an event."""
    began = time.process_time()
    for event, context in pairs:
        judge.judge(event, context)
    return (time.process_time() - began) / len(pairs) * 1e6


def pair(number: int, *, agent: str) -> tuple[Event, Context]:
    """A page view of a browser that has nothing against it."""
    at = utc(NOW_MS) + timedelta(milliseconds=number * 37)
    user_agent, major = AGENT % agent, agent.partition(".")[0]
    headers = {
        "user-agent": user_agent, "accept": "image/avif,image/webp,*/*;q=0.8", "accept-language": "de-DE,de;q=0.9",
        "sec-ch-ua": f'"Not:A-Brand";v="8", "Chromium";v="{major}"', "sec-ch-ua-mobile": "?0",
        "sec-ch-ua-platform": '"Windows"', "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors",
        "sec-fetch-dest": "image", "x-forwarded-proto": "https",
    }  # fmt: skip
    hit = Hit(
        id=number.to_bytes(16, "big"), received_ms=NOW_MS, via="image", site=SITE.id, method="GET", path="/x",
        query="", headers=headers,
    )  # fmt: skip
    event = Event(
        site=SITE.id, day=at.date(), at=at, received_at=at, id=event_uuid(SITE.id, "page_view", str(number)),
        hit=hit_uuid(hit.id), name="page_view", via="image", visitor=number % VISITORS + 1, path="/lamps",
    )  # fmt: skip
    context = Context(
        hit=hit, site=SITE, headers=headers, user_agent=user_agent, address=f"84.{number % 200}.{number % 77}.0",
        url="https://shop.example/lamps", referrer="",
    )  # fmt: skip
    return event, context


def write_networks(path: Path, count: int) -> None:
    """A third IPv6, as relay lists are."""
    rng = random.Random(1)
    with path.open("w") as file:
        for number in range(count):
            if number % 3:
                file.write(f"{ipaddress.IPv4Address(rng.getrandbits(32))}/{rng.randrange(20, 33)},DE,DE-BE,Berlin,\n")
            else:
                address = ipaddress.IPv6Address(0x2A0226F7 << 96 | rng.getrandbits(48) << 48)
                file.write(f"{address}/64,DE,DE-BE,Berlin,\n")


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


if __name__ == "__main__":
    before, began = resident_mb(), time.process_time()
    Networks([NetworkList("relay.apple", Path(sys.argv[1]), shipped=False)])
    print(time.process_time() - began, peak_mb() - before)
