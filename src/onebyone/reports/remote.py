"""Reports for other processes: the engine owns the store, the command line asks it through a socket beside it.

One JSON line `{"report", "params"}` in, one JSON line out: `{"columns", "rows"}` or `{"error", "detail"}`. Never SQL.
With `"parquet": true` the line out is `{"parquet"}`, the file in base 64. With `{"kinds", "rows"}` in it is one of
these rows.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from onebyone.reports.catalogue import Report, ReportBroken, Reports, UnknownReport
from onebyone.store import BadParameter, Param, QueryRefused, Rows, StoreUnavailable

MAX_REQUEST_BYTES = 4 << 20  # of rows to be a file: the credit of three thousand campaigns
_TOO_LONG = f"a request has at most {MAX_REQUEST_BYTES} bytes"
MAX_PATH_BYTES = 100  # a socket's name has 108 on Linux and 104 elsewhere
READ_TIMEOUT_S = 10.0
_ERRORS: dict[str, type[Exception]] = {
    "unknown_report": UnknownReport,
    "bad_parameter": BadParameter,
    "refused": QueryRefused,
    "broken": ReportBroken,
    "unavailable": StoreUnavailable,
}


class EngineNotRunning(Exception):
    """Nobody listens on the socket."""


class Request(Struct, frozen=True, forbid_unknown_fields=True):
    report: str
    params: dict[str, Any]
    parquet: bool = False


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """Rows that no report has, and their columns with their ClickHouse types."""

    kinds: dict[str, str]
    rows: list[dict[str, Any]]


class _Answer(Struct, omit_defaults=True):
    columns: list[str] = []
    rows: list[list[Any]] = []
    parquet: bytes = b""
    error: str = ""
    detail: str = ""


class Remote:
    """`Reports.run` of the engine that listens on that socket."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def run(self, name: str, /, **params: Param) -> Rows:
        return ask(self._path, name, params)

    def parquet(self, name: str, /, **params: Param) -> bytes:
        return _ask(self._path, {"report": name, "params": params, "parquet": True}, 60.0).parquet

    def table(self, kinds: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> bytes:
        """As `Reports.table` of that engine. Raises BadParameter for more than MAX_REQUEST_BYTES of them."""
        return _ask(self._path, {"kinds": kinds, "rows": rows}, 60.0).parquet


def ask(path: Path, report: str, params: Mapping[str, Param], *, timeout_s: float = 60.0) -> Rows:
    """Blocks. Raises EngineNotRunning, or what `Reports.run` raises there."""
    answer = _ask(path, {"report": report, "params": params}, timeout_s)
    return Rows(columns=answer.columns, rows=answer.rows)


def _ask(path: Path, asked: Mapping[str, Any], timeout_s: float) -> _Answer:
    request = msgspec.json.encode(asked) + b"\n"
    if len(request) > MAX_REQUEST_BYTES:
        raise BadParameter(_TOO_LONG)
    with socket.socket(socket.AF_UNIX) as connection, _short(path) as name:
        connection.settimeout(timeout_s)
        try:
            connection.connect(name)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise EngineNotRunning(str(path)) from error
        try:
            connection.sendall(request)
            with connection.makefile("rb") as lines:
                line = lines.readline()
        except (TimeoutError, ConnectionError) as error:
            raise StoreUnavailable("the engine did not answer") from error
    if not line.endswith(b"\n"):
        raise StoreUnavailable("the engine stopped in the middle of its answer")
    answer = msgspec.json.decode(line, type=_Answer)
    if answer.error:
        raise _ERRORS[answer.error](answer.detail)
    return answer


@contextlib.asynccontextmanager
async def serve_socket(reports: Reports, path: Path) -> AsyncIterator[None]:
    """Answer while the context is open. The caller owns the store, so a file left at that path is stale."""
    listener = _listener(path)
    server = await asyncio.start_unix_server(partial(_serve, reports), sock=listener, limit=MAX_REQUEST_BYTES)
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()
        _remove(path)


async def _serve(reports: Reports, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request, one answer, closed. A client that went away is no error."""
    with contextlib.suppress(ConnectionError, TimeoutError):
        try:
            line = await asyncio.wait_for(reader.readline(), READ_TIMEOUT_S)
            answer = await asyncio.to_thread(_answer, reports, line)
        except ValueError:  # longer than the limit
            answer = _Answer(error="bad_parameter", detail=_TOO_LONG)
        writer.write(msgspec.json.encode(answer) + b"\n")
        await writer.drain()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


def _answer(reports: Reports, line: bytes) -> _Answer:
    try:
        request = _read(line)
        if isinstance(request, Table):
            return _Answer(parquet=reports.table(request.kinds, request.rows))
        params = _typed(reports.get(request.report), request.params)
        if request.parquet:
            return _Answer(parquet=reports.parquet(request.report, **params))
        found = reports.run(request.report, **params)
    except msgspec.DecodeError as error:
        return _Answer(error="bad_parameter", detail=str(error))
    except (UnknownReport, BadParameter, QueryRefused, ReportBroken, StoreUnavailable) as error:
        code = next(code for code, kind in _ERRORS.items() if isinstance(error, kind))
        return _Answer(error=code, detail=str(error.args[0]))
    return _Answer(columns=found.columns, rows=found.rows)


def _read(line: bytes) -> Request | Table:
    """Raises DecodeError."""
    if line.startswith(b'{"kinds":'):
        return msgspec.json.decode(line, type=Table)
    return msgspec.json.decode(line, type=Request)


def _typed(report: Report, params: Mapping[str, Any]) -> dict[str, Param]:
    """JSON has no times: texts become them where the report declares them. The query checks the rest."""
    typed = dict(params)
    for name, kind in report.params.items():
        if isinstance(params.get(name), str) and kind.startswith("Date"):
            try:
                typed[name] = msgspec.convert(params[name], date if kind == "Date" else datetime)
            except msgspec.ValidationError as error:
                raise BadParameter(f"{name}: {error}") from error
    return typed


def _listener(path: Path) -> socket.socket:
    _remove(path)
    listener = socket.socket(socket.AF_UNIX)
    with _short(path) as name:
        listener.bind(name)
    path.chmod(0o600)  # before it listens: until then nobody can connect
    return listener


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name for the socket that fits: a deep directory is reached through a handle on it, where there is /proc."""
    if len(os.fsencode(path)) <= MAX_PATH_BYTES:
        yield str(path)
        return
    try:
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError as error:
        raise EngineNotRunning(str(path)) from error
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)
