"""Copies of conversions matched per second of one core, with many keys there. `bench_conversions.py [MILLIONS]`.

Half of the copies are new orders of browsers, half are the server's copies of orders before them; batches as the
pipeline makes them, committed to SQLite. Keys are filled in directly, in about 2 s a million.
"""

from __future__ import annotations

import hashlib
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import Engine

from onebyone.event import Event, hit_uuid
from onebyone.pipeline.conversions.counting import Counting
from onebyone.state.claims import Claims
from onebyone.state.conversions import Conversions
from onebyone.state.database import open_database, sqlite_url

BATCH = 2_000
_PART = 200_000


def measure(millions: float, copies: int = 30_000) -> tuple[float, float, float]:
    """Copies a second of processor time, MB of disk for a million keys, MB of resident memory."""
    with tempfile.TemporaryDirectory() as home:
        engine = open_database(sqlite_url(Path(home)))
        fill(engine, int(millions * 1e6))
        disk = sum(file.stat().st_size for file in Path(home).iterdir()) / 1e6 / millions
        conversions, claims = Conversions(engine), Claims(engine)
        counting = Counting(conversions)
        batches = list(in_batches(copies))
        began = time.process_time()
        for batch in batches:
            conversions.begin({event.site for event in batch})
            counting.prefetch(batch)
            for event in batch:
                counting.sight(event)
            counting.finish()
            conversions.commit(0, claims)
            counting.discard()
        used = time.process_time() - began
        engine.dispose()
    return copies / used, disk, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def fill(engine: Engine, keys: int) -> None:
    """Keys of other orders, spread as hashes are. Two rounds in their order, the second between those of the first:
    pages are as full as in a table that grew at random, in a tenth of the time."""
    gap, noise = (1 << 128) // keys, random.Random(1)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA synchronous = OFF")
        for first in (0, 1):
            for start in range(first, keys, 2 * _PART):
                numbers = range(start, min(keys, start + 2 * _PART), 2)
                made = [(n * gap + noise.randrange(gap)).to_bytes(16, "big") for n in numbers]
                connection.exec_driver_sql(
                    "INSERT INTO conversion_keys VALUES (?, ?, ?)", [(key, key, 40_000) for key in made]
                )
                connection.commit()
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def in_batches(copies: int) -> Iterator[list[Event]]:
    batch: list[Event] = []
    for number in range(copies):
        batch.append(a_copy(number))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def a_copy(number: int) -> Event:
    """A browser's order, or the server's copy of one some thousand before."""
    by_server = number % 2 == 1 and number > 3_000
    order = number - 3_001 if by_server else number
    at = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(seconds=order)
    hit = hit_uuid(hashlib.blake2b(number.to_bytes(8, "big"), digest_size=16).digest())
    event = Event(
        site="bench", day=at.date(), at=at, received_at=at, id=hit, hit=hit, name="purchase", via="server",
        event_id=f"purchase:{order}", event_id_given=True, order_id=f"order-{order}", value=12_900, currency="EUR",
        items='[{"item_id":"sku-1","quantity":1,"price":129}]',
    )  # fmt: skip
    if by_server:
        return replace(event, identifiers={"email": f"h{order}"})
    page = {"host": "shop.example", "path": "/thanks", "browser": "Chrome", "device": "desktop"}
    return replace(event, via="tag", visitor=1 + order % 5_000, **page)


if __name__ == "__main__":
    asked = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    rate, disk_mb, memory_mb = measure(asked)
    print(f"{rate:.0f} {disk_mb:.1f} {memory_mb:.0f}")
