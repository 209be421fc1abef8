from __future__ import annotations

import asyncio
import socket
import stat
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from onebyone.reports.catalogue import ReportBroken, Reports, UnknownReport
from onebyone.reports.fate import find_fate
from onebyone.reports.remote import MAX_REQUEST_BYTES, EngineNotRunning, Remote, ask, serve_socket
from onebyone.store import BadParameter, Param, QueryRefused, Rows, StoreUnavailable
from onebyone.store.engine import Embedded
from store.rows import an_event, put


def while_served(reports: Reports, path: Path, work: Callable[[], Any]) -> Any:
    """What `work` answers in a thread while the socket is served."""

    async def serve() -> Any:
        async with serve_socket(reports, path):
            return await asyncio.to_thread(work)

    return asyncio.run(serve())


def failing(error: Exception) -> Reports:
    class Failing:
        def query(self, sql: str, params: Mapping[str, Param] | None = None) -> Rows:
            raise error

        def parquet(self, sql: str, params: Mapping[str, Param] | None = None) -> bytes:
            raise error

    return Reports(Failing())


def raw(path: Path, request: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(request)
        with connection.makefile("rb") as lines:
            return lines.readline()


def test_another_process_gets_the_rows_the_engine_would_give(store: Embedded, tmp_path: Path) -> None:
    put(store, [an_event(1), an_event(2)])
    day = {"from": datetime(2026, 11, 20, tzinfo=UTC), "to": datetime(2026, 11, 21, tzinfo=UTC)}
    params: dict[str, Param] = {"site": "s1", "limit": 5, "zone": "UTC", **day}
    found = while_served(Reports(store), tmp_path / "s", lambda: ask(tmp_path / "s", "events", params))
    assert found == Reports(store).run("events", **params) and len(found.rows) == 2


def test_another_process_gets_the_file_the_engine_would_give(store: Embedded, tmp_path: Path) -> None:
    put(store, [an_event(1)])
    path, params = tmp_path / "engine.sock", {"site": "s1"}
    found = while_served(Reports(store), path, lambda: Remote(path).parquet("ledger_totals", **params))
    assert found[:4] == found[-4:] == b"PAR1"


def test_rows_that_no_report_has_become_the_file_that_the_engine_would_make_of_them(
    store: Embedded, tmp_path: Path
) -> None:
    path, kinds = tmp_path / "engine.sock", {"label": "String", "orders": "Float64"}
    rows = [{"label": "é", "orders": 1.5}]
    found = while_served(Reports(store), path, lambda: Remote(path).table(kinds, rows))
    assert found[:4] == b"PAR1" and len(found) == len(Reports(store).table(kinds, rows))
    with pytest.raises(BadParameter, match="at most"):
        Remote(path).table(kinds, [{"label": "x" * MAX_REQUEST_BYTES, "orders": 1.5}])


def test_a_fate_is_found_through_the_socket(store: Embedded, tmp_path: Path) -> None:
    put(store, [an_event(1)])
    found = while_served(Reports(store), tmp_path / "s", lambda: find_fate(Remote(tmp_path / "s"), "s1", "e1"))
    assert [row["event_id"] for row in found.events] == ["e1"]


@pytest.mark.parametrize(
    ("report", "params", "error"),
    [
        ("nothing", {}, UnknownReport),
        ("ledger_totals", {"site": 7}, BadParameter),
        ("ledger_totals", {}, BadParameter),
        ("ledger_totals", {"site": {"a": 1}}, BadParameter),
        ("drops", {"site": "s1", "from": "yesterday", "to": "2026-11-20T00:00:00Z"}, BadParameter),
        ("drops", {"site": "s1", "from": "2026-11-20T00:00:00", "to": "2026-11-20T00:00:00Z"}, BadParameter),
        ("overview", {"site": "\n'; SELECT 1"}, BadParameter),
    ],
)
def test_a_wrong_request_is_the_same_error_there(
    store: Embedded, tmp_path: Path, report: str, params: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        while_served(Reports(store), tmp_path / "s", lambda: ask(tmp_path / "s", report, params))


@pytest.mark.parametrize("error", [QueryRefused("too much"), StoreUnavailable("unwell"), ReportBroken("wrong")])
def test_what_the_store_refuses_is_refused_there(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error), match=str(error)):
        while_served(failing(error), tmp_path / "s", lambda: ask(tmp_path / "s", "ledger_totals", {"site": "s1"}))


@pytest.mark.parametrize(
    "request_line", [b"SELECT 1\n", b'{"sql":"SELECT 1"}\n', b"[]\n", b"\xff\n", b"\n", b"x" * (MAX_REQUEST_BYTES + 1)]
)
def test_anything_else_is_answered_as_a_bad_request(store: Embedded, tmp_path: Path, request_line: bytes) -> None:
    answer = while_served(Reports(store), tmp_path / "s", lambda: raw(tmp_path / "s", request_line))
    assert b'"error":"bad_parameter"' in answer


def test_the_socket_is_the_owners_alone_and_gone_afterwards(store: Embedded, tmp_path: Path) -> None:
    path = tmp_path / "s"
    mode = while_served(Reports(store), path, lambda: stat.S_IMODE(path.stat().st_mode))
    assert mode == 0o600 and not path.exists()


def test_a_stale_file_is_replaced(store: Embedded, tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(EngineNotRunning):
        ask(path, "ledger_totals", {"site": "s1"})
    assert while_served(Reports(store), path, lambda: ask(path, "ledger_totals", {"site": "s1"})).rows == [[0, 0, 0]]


def test_a_path_longer_than_a_socket_may_have_is_reached(store: Embedded, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    with pytest.raises(EngineNotRunning):
        ask(deep / "s", "ledger_totals", {"site": "s1"})
    deep.mkdir(parents=True)
    found = while_served(Reports(store), deep / "s", lambda: ask(deep / "s", "ledger_totals", {"site": "s1"}))
    assert found.rows == [[0, 0, 0]]


def test_without_an_engine_the_answer_says_so(tmp_path: Path) -> None:
    with pytest.raises(EngineNotRunning):
        ask(tmp_path / "s", "ledger_totals", {"site": "s1"})


def test_a_client_that_leaves_disturbs_nobody(store: Embedded, tmp_path: Path) -> None:
    def leave_then_ask() -> Rows:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(tmp_path / "s"))
            connection.sendall(b'{"report":')
        return ask(tmp_path / "s", "ledger_totals", {"site": "s1"})

    assert while_served(Reports(store), tmp_path / "s", leave_then_ask).rows == [[0, 0, 0]]
