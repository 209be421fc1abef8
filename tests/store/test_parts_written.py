"""A disk that refuses what the engine writes: the engine does not hear it, and no row is lost all the same.

A limit on the size of files stands for the full disk: the write fails in the same way, at a known moment, without root.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from onebyone.store import StoreDamaged, StoreUnavailable
from onebyone.store.parts_written import PartsWritten

SCRIPT = """
import contextlib, json, resource, signal, sys
from pathlib import Path
import msgspec
from onebyone.store import StoreDamaged
from onebyone.store.engine import Embedded
from onebyone.store.erasing import Erasure
from onebyone.store.migrate import migrate
from store.rows import an_event

directory = Path(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
ENOUGH_FOR_A_TOKEN = 1000  # bytes: it is kept, and the part is not
told = {}

@contextlib.contextmanager
def no_room():
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ENOUGH_FOR_A_TOKEN, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

def note(name, does, *args):
    with no_room():
        try:
            does(*args)
            told[name] = ""
        except StoreDamaged as error:
            told[name] = str(error)
        # the connection that closes writes nothing to the store

def events(store):
    return store.query("SELECT count(), uniqExact(id) FROM events FINAL").rows[0]

def lines(*numbers):
    return [msgspec.json.encode(an_event(number)) for number in numbers]

store = Embedded(directory)
migrate(store)
store.insert("events", lines(1, 2), "events:a")
note("insert", store.insert, "events", lines(3, 4), "events:b")
note("then", store.insert, "events", lines(5), "events:c")
store.close()

store = Embedded(directory)
told["before"] = events(store)
store.insert("events", lines(3, 4), "events:b")  # the same batch again, as a loader does
store.insert("events", lines(3, 4), "events:b")
told["after"] = events(store)
note("merge", store.execute, "OPTIMIZE TABLE events FINAL")
store.close()

store = Embedded(directory)
told["merged"] = events(store)
store.insert("events", lines(5), "events:c")
store.execute("OPTIMIZE TABLE events FINAL")
told["last"] = events(store)
told["aside"] = len(list(directory.glob("store/*/*/detached/*")))
list(Erasure(store, "s1").purge())
told["purged"] = len(list(directory.glob("store/*/*/detached/*")))
store.close()
print(json.dumps(told))
"""


def test_what_a_full_disk_refused_is_noticed_set_aside_and_written_again(tmp_path: Path) -> None:
    tests = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "store")],
        capture_output=True, text=True, timeout=120, check=False, env={**os.environ, "PYTHONPATH": str(tests)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert "of events was not written whole" in told["insert"]
    assert told["then"] == told["insert"]  # nothing more is taken before it is opened anew
    assert told["before"] == [2, 2]
    assert told["after"] == [4, 4]
    assert "of events was not written whole" in told["merge"]
    assert told["merged"] == [4, 4]
    assert told["last"] == [5, 5]
    assert (told["aside"], told["purged"]) == (2, 0)  # what is set aside may hold somebody who is to be erased


def test_rows_are_refused_before_there_is_no_room_for_upkeep(tmp_path: Path) -> None:
    parts = PartsWritten(tmp_path, lambda sql, params: [[0]] if "detached" in sql else [])
    found = os.statvfs(tmp_path)
    parts.need(0)
    with pytest.raises(StoreUnavailable, match=r"MB free on the disk of .*, [0-9]+ are needed") as refused:
        parts.need(2 * found.f_blocks * found.f_frsize)
    assert not isinstance(refused.value, StoreDamaged)
