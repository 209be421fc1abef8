"""What waits on its way to the store, and since when."""

from __future__ import annotations

from pathlib import Path

from fakes.state import a_database
from onebyone.app.settings import open_place
from onebyone.app.waiting import LogWaiting
from onebyone.log.sqlite_writer import Settings, SqliteWriter
from onebyone.pipeline.worker import CURSOR
from onebyone.state.bounds import Bound, Bounds
from onebyone.web.waiting import Counts


def test_what_waits_is_counted_with_the_time_of_the_oldest(tmp_path: Path) -> None:
    place, bounds = open_place(tmp_path), Bounds(a_database(tmp_path))
    hits = SqliteWriter(place.hits, "c0", now_ms=lambda: 1_000, settings=Settings())
    events = SqliteWriter(place.events, "p0", now_ms=lambda: 2_000, settings=Settings())
    waiting = LogWaiting(place, bounds)
    assert waiting.counts() == Counts(0, 0, 0, 0)
    hits.append([b"a"], count=2)
    assert waiting.counts() == Counts(received=2, in_pipeline=2, in_loader=0, waits_since_ms=1_000)
    events.append([b"b"], count=2, cursor=(CURSOR, {"c0": 1}))
    assert waiting.counts() == Counts(received=2, in_pipeline=0, in_loader=2, waits_since_ms=2_000)
    bounds.confirm(Bound("p0", 1, 1))
    assert waiting.counts() == Counts(received=2, in_pipeline=0, in_loader=0, waits_since_ms=0)
    for one in (waiting, hits, events):
        one.close()
