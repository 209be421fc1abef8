from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onebyone.store import QueryRefused, RowsRefused, StoreLocked, StoreUnavailable
from onebyone.store.engine import MAX_INSERT_ROWS, Embedded, _check_processor
from store.engine_fixture import the_engine
from store.rows import a_drop, an_event, put

LEAKS = "SELECT throwIf(number = 1900000), number FROM numbers(2000000) SETTINGS max_block_size = 1000"


def in_another_process(script: str, *args: str) -> str:
    done = subprocess.run([sys.executable, "-c", script, *args], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def test_a_row_that_breaks_a_rule_of_the_table_is_an_error_and_nothing_is_stored(store: Embedded) -> None:
    wrong_day = msgspec.structs.replace(an_event(2), day=an_event().day.replace(day=1))
    with pytest.raises(RowsRefused, match="VIOLATED_CONSTRAINT"):
        put(store, [an_event(1), wrong_day])
    assert store.query("SELECT count() FROM events").rows == [[0]]


def test_a_query_that_failed_halfway_leaves_no_rows_for_the_next(store: Embedded) -> None:
    with pytest.raises(StoreUnavailable):
        store.query(LEAKS)
    assert store.query("SELECT 42 AS answer").rows == [[42]]


def test_the_handle_itself_still_leaks_so_the_guard_is_needed(store: Embedded) -> None:
    handle = store._open({})
    with pytest.raises(store._error):
        handle.query(LEAKS, "JSONCompact")
    leaked = handle.query("SELECT 42 AS answer", "TSV").bytes()
    handle.close()
    assert leaked != b"42\n"


@pytest.mark.parametrize(
    "line",
    [
        b'{"site":"s1","unknown_field":1}',
        b'{"site":"s1","at":"no time"}',
        b'{"site":"s1","id":"no uuid"}',
        b'{"site":',
        b'{"site":"\\ud800"}',
        b'{"site":""}',
    ],
)
def test_json_that_does_not_fit_is_refused_and_not_forgiven(store: Embedded, line: bytes) -> None:
    with pytest.raises(RowsRefused):
        store.insert("events", [msgspec.json.encode(an_event(1)), line], "events:t")
    assert store.query("SELECT count() FROM events").rows == [[0]]


def test_a_refused_row_late_in_a_large_batch_leaves_nothing_behind(store: Embedded) -> None:
    wide = msgspec.json.encode(an_event(1, title="t" * 2000))
    with pytest.raises(RowsRefused):
        store.insert("events", [*[wide] * 9_999, b'{"site":"s1","at":"no time"}'], "events:t")
    assert store.query("SELECT count() FROM events").rows == [[0]]


def test_a_table_that_is_not_there_blames_the_store_and_not_the_rows(store: Embedded) -> None:
    with pytest.raises(StoreUnavailable):
        store.insert("nowhere", [b"{}"], "t")


def test_the_same_token_stores_once(store: Embedded) -> None:
    for token in ("a", "a", "b"):
        put(store, [an_event(1)], token=token)
    assert store.query("SELECT count() FROM events").rows == [[2]]
    assert store.query("SELECT count() FROM events FINAL").rows == [[1]]


def test_a_batch_may_span_more_months_than_the_engine_allows_by_default(store: Embedded) -> None:
    months = [(year, month) for year in range(2010, 2020) for month in range(1, 13)]
    at = an_event().at
    put(store, [an_event(i, at=at.replace(year=y, month=m)) for i, (y, m) in enumerate(months)])
    assert store.query("SELECT count(), uniqExact(toYYYYMM(day)) FROM events").rows == [[120, 120]]


def test_more_lines_than_a_token_covers_are_a_bug_of_the_caller(store: Embedded) -> None:
    for lines in ([], [b"{}"] * (MAX_INSERT_ROWS + 1)):
        with pytest.raises(ValueError, match=r"lines$"):
            store.insert("events", lines, "t")


def test_a_query_that_takes_too_much_is_refused_and_the_engine_lives_on(store: Embedded) -> None:
    with pytest.raises(QueryRefused, match="MEMORY_LIMIT_EXCEEDED"):
        store.query("SELECT groupArray(number) FROM numbers(100000000) SETTINGS max_memory_usage = 20000000")
    with pytest.raises(QueryRefused, match="TIMEOUT_EXCEEDED"):
        store.query("SELECT sum(sipHash64(number)) FROM numbers(1000000000000) SETTINGS max_execution_time = 0.2")
    assert store.query("SELECT 1").rows == [[1]]


def test_a_query_has_the_limits_and_settings_that_are_the_same_everywhere(store: Embedded) -> None:
    wanted = {
        "async_insert": "0", "distributed_product_mode": "deny", "do_not_merge_across_partitions_select_final": "1",
        "input_format_skip_unknown_fields": "0", "join_use_nulls": "0", "max_execution_time": "60",
        "max_memory_usage": "640000000", "session_timezone": "UTC",
    }  # fmt: skip
    rows = store.query(
        "SELECT name, value FROM system.settings WHERE name IN {names:Array(String)}", {"names": [*wanted]}
    )
    assert dict(map(tuple, rows.rows)) == wanted


def test_a_query_cannot_write(store: Embedded) -> None:
    with pytest.raises(StoreUnavailable, match="READONLY"):
        store.query("TRUNCATE TABLE events")


def test_more_reports_than_may_run_wait_for_their_turn(store: Embedded) -> None:
    found: list[Any] = []
    slow = "SELECT sum(sipHash64(number)) > 0 FROM numbers(20000000)"
    threads = [threading.Thread(target=lambda: found.append(store.query(slow).rows)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[[1]]] * 4


def test_another_process_is_told_that_the_directory_is_owned() -> None:
    script = """
import sys
from pathlib import Path
from onebyone.store import StoreLocked
from onebyone.store.engine import Embedded
try:
    Embedded(Path(sys.argv[1]))
except StoreLocked as error:
    print(error)
"""
    assert in_another_process(script, the_engine()._path) == "another engine owns this directory\n"


def test_a_store_in_a_second_directory_of_the_same_process_is_refused(store: Embedded, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="in another directory") as caught:
        Embedded(tmp_path)
    assert not isinstance(caught.value, StoreLocked)


def test_a_store_opens_again_with_its_rows_wherever_the_host_lives(tmp_path: Path) -> None:
    script = """
import os, sys, time
os.environ["TZ"] = "America/New_York"
time.tzset()
from datetime import UTC, datetime
from pathlib import Path
from onebyone.store import StoreUnavailable
from onebyone.store.engine import Embedded
from onebyone.store.migrate import migrate
link = Path(sys.argv[1]) / "link"
link.symlink_to(Path(sys.argv[1]) / "a & b%20c")
for path in (link.resolve(), link, link / "." ):
    store = Embedded(path)
    migrate(store)
    store.insert("drops", [b'{"site":"s1","day":"2026-01-01","at":"2026-01-01T03:00:00Z"}'], "t")
    at = {"at": datetime(2026, 1, 1, 3, tzinfo=UTC)}
    print(store.query(sys.argv[2], at).rows)
    store.close()
    store.close()
try:
    store.query("SELECT 1")
except StoreUnavailable as error:
    print(error)
"""
    sql = "SELECT count() FROM drops WHERE at = {at:DateTime64(3)} AND day = toDate({at:DateTime64(3)})"
    assert in_another_process(script, str(tmp_path), sql) == "[[1]]\n[[1]]\n[[1]]\nthe store is closed\n"


def test_closing_stops_a_report_that_runs(tmp_path: Path) -> None:
    script = """
import sys, threading, time
from pathlib import Path
from onebyone.store import QueryRefused, StoreUnavailable
from onebyone.store.engine import Embedded
store = Embedded(Path(sys.argv[1]))
def ask():
    try:
        store.query("SELECT sum(sipHash64(number)) FROM numbers(1000000000000)")
    except (QueryRefused, StoreUnavailable) as error:
        print("stopped")
thread = threading.Thread(target=ask)
thread.start()
running = "SELECT 1 FROM system.processes WHERE query LIKE '%sip%' AND query NOT LIKE '%processes%'"
while not store.query(running).rows:
    time.sleep(0.01)
began = time.monotonic()
store.close()
thread.join()
print(time.monotonic() - began < 5)
"""
    assert in_another_process(script, str(tmp_path)) == "stopped\nTrue\n"


def test_a_processor_without_avx2_is_refused_with_the_cause(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    _check_processor(cpuinfo)  # no such file: not Linux
    cpuinfo.write_text("processor : 0\nflags\t\t: fpu sse avx2 bmi2\n")
    _check_processor(cpuinfo)
    cpuinfo.write_text("processor : 0\nflags\t\t: fpu sse avx\n")
    with pytest.raises(StoreUnavailable, match="AVX2"):
        _check_processor(cpuinfo)


def test_a_directory_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "store", tmp_path / "what?"):
        with pytest.raises(StoreUnavailable):
            Embedded(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(codec="utf-8")), value=st.integers(-(2**63), 2**63 - 1))
def test_hostile_rows_are_read_as_they_were_written(store: Embedded, text: str, value: int) -> None:
    store.execute("TRUNCATE TABLE events")
    put(store, [an_event(1, title=text, value=value, properties={text: text}, flags=[text])], token=f"{text!r}{value}")
    rows = store.query("SELECT title, value, properties, flags FROM events FINAL").rows
    assert rows == [[text, value, {text: text}, [text]]]


def test_drops_take_every_field_of_an_ended_sighting(store: Embedded) -> None:
    put(store, [a_drop(1, site="", value=-5)])
    assert store.query("SELECT site, value, fate, actor FROM drops").rows == [["", -5, "dropped", "human"]]
