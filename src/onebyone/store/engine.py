"""ClickHouse inside this process. A thin layer over chdb that closes five traps of its 26.9.0 (docs/decisions/0003):

- rows go in by `query`: `send_insert` loses errors, and rows with them;
- a handle serves one call: after a failed query the next answer of the same handle begins with the failed one's rows;
- parameters are checked and escaped in `params.py`: the engine reads them as escaped text and wraps what is too large;
- JSON input is told to refuse unknown fields;
- a write that a full disk refuses is taken for done, so what was written is read back (`parts_written.py`).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from onebyone.store import Param, QueryBroken, QueryRefused, Rows, RowsRefused, StoreLocked, StoreUnavailable
from onebyone.store.params import write
from onebyone.store.parts_written import ROOM_FOR_ROWS, ROOM_FOR_UPKEEP, PartsWritten

MAX_INSERT_ROWS = 100_000  # more could be cut into two blocks, and a token covers one
_INSERT = (
    b"INSERT INTO {table:Identifier} SETTINGS insert_deduplication_token = {token:String} FORMAT JSONEachRow ",
    "{table:Identifier} {token:String}",
)
_STOP_QUERIES = "KILL QUERY WHERE query_kind = 'Select' ASYNC"

_SAME_EVERYWHERE = {  # defaults differ by version and build
    "async_insert": "0",
    "date_time_input_format": "best_effort",
    "date_time_output_format": "iso",
    "distributed_product_mode": "deny",
    "do_not_merge_across_partitions_select_final": "1",  # right because the day is part of the key and never changes
    "input_format_skip_unknown_fields": "0",
    "join_use_nulls": "0",
    "output_format_json_quote_64bit_integers": "0",
    "output_format_parquet_string_as_string": "1",
    "session_timezone": "UTC",
}
_FOR_INSERT = {
    "input_format_parallel_parsing": "0",  # one block, so one token
    "max_partitions_per_insert_block": "0",  # an import of years has a part for each month
    "max_threads": "1",
}
_FOR_UPKEEP = {"allow_drop_detached": "1", "mutations_sync": "2", "max_threads": "1"}

# Codes that blame the rows. Any other failure of an insert blames the store: its rows stay in the log.
_ROW_CODES = frozenset({6, 25, 26, 27, 33, 38, 41, 53, 69, 72, 117, 130, 131, 321, 376, 407, 441, 467, 469})
_TOO_MUCH_CODES = frozenset({158, 159, 241, 307, 396})  # rows, time, memory, bytes, result
# Codes that blame the text of a query: syntax, names, types, numbers of arguments, aggregation, settings.
_BROKEN_CODES = frozenset(
    {10, 16, 36, 42, 43, 44, 46, 47, 48, 53, 60, 62, 63, 70, 81, 115, 125, 174, 179, 184, 207, 215, 258, 352, 386, 456}
)
_CODE = re.compile(r"Code: (\d+)")


class Limits(Struct, frozen=True):
    """What the engine may take of the machine."""

    reports: int = 2  # at a time
    report_bytes: int = 640_000_000
    report_s: int = 20
    wait_s: float = 20.0  # for the turn of a report
    all_bytes: int = 1_280_000_000
    mark_cache_bytes: int = 32 << 20


class Embedded:
    """The store.Store of one directory. One per process, and one process per directory."""

    def __init__(self, directory: Path, *, limits: Limits | None = None) -> None:
        """Raises StoreLocked if another engine owns the directory, StoreUnavailable if it cannot be opened."""
        self._limits = limits or Limits()
        self._path = _usable(directory)
        _check_processor(Path("/proc/cpuinfo"))
        import chdb  # 500 MB of library: only who opens a store pays for it
        from chdb.state.sqlitelike import connect

        self._error: type[Exception] = chdb.ChdbError
        self._connect = connect
        self._turns = threading.BoundedSemaphore(self._limits.reports)
        self._idle = threading.Condition()
        self._running = 0
        self._closed = False
        self._keeper = self._open(self._for_query())  # the engine stops with its last handle
        try:
            self._parts = PartsWritten(directory, self._ask)
        except StoreUnavailable:
            self.close()
            raise

    def query(self, sql: str, params: Mapping[str, Param] | None = None) -> Rows:
        return _read(self._answer(sql, params or {}, "JSONCompact"))

    def parquet(self, sql: str, params: Mapping[str, Param] | None = None) -> bytes:
        return self._answer(sql, params or {}, "Parquet")

    def _answer(self, sql: str, params: Mapping[str, Param], form: str) -> bytes:
        written = write(sql, params)
        if not self._turns.acquire(timeout=self._limits.wait_s):
            raise QueryRefused("too many reports at a time")
        try:
            return self._call(sql, written, self._for_query(), form)
        except self._error as error:
            if _code(error) in _TOO_MUCH_CODES:
                raise QueryRefused(_first_line(error)) from error
            if _code(error) in _BROKEN_CODES:
                raise QueryBroken(_first_line(error)) from error
            raise StoreUnavailable(_first_line(error)) from error
        finally:
            self._turns.release()

    def insert(self, table: str, lines: Sequence[bytes], token: str) -> None:
        if not 0 < len(lines) <= MAX_INSERT_ROWS:
            raise ValueError(f"{len(lines)} lines")
        self._parts.need(ROOM_FOR_ROWS)
        statement, declares = _INSERT
        if self._parts.set_aside:
            token = (
                f"{token}+{self._parts.set_aside}"  # its rows may lie there: the table keeps one of those it has twice
            )
        written = write(declares, {"table": table, "token": token})
        try:
            self._call(statement + b"\n".join(lines), written, _FOR_INSERT)
        except UnicodeDecodeError as error:
            raise RowsRefused("not UTF-8") from error
        except self._error as error:
            if _code(error) in _ROW_CODES:
                raise RowsRefused(_first_line(error)) from error
            raise StoreUnavailable(_first_line(error)) from error
        self._parts.read_back(table)

    def execute(self, sql: str, params: Mapping[str, Param] | None = None) -> None:
        self._parts.need(ROOM_FOR_UPKEEP)
        self._ask(sql, params or {})
        self._parts.read_back()

    def read_back(self) -> None:
        """Read what was merged since the last time; at least once in the minutes for which replaced parts are kept.

        Raises StoreDamaged if it is not whole: open the store anew. Raises StoreUnavailable.
        """
        self._parts.read_back()

    def _ask(self, sql: str, params: Mapping[str, Param]) -> list[list[Any]]:
        try:
            return _read(self._call(sql, write(sql, params), _FOR_UPKEEP)).rows
        except self._error as error:
            raise StoreUnavailable(_first_line(error)) from error

    def close(self) -> None:
        """Stop running reports, wait for the rest, and let the directory go. Safe to call twice."""
        with self._idle:
            if self._closed:
                return
            self._closed = True
        self._keeper.query(_STOP_QUERIES, "Null")
        with self._idle:
            self._idle.wait_for(lambda: self._running == 0)
        self._keeper.close()

    def _call(
        self, statement: str | bytes, params: dict[str, str], settings: Mapping[str, str], form: str = "JSONCompact"
    ) -> bytes:
        with self._counted():
            handle = self._open(settings)
            try:
                answer = handle.query(statement, form, params=params)
                return bytes(answer.bytes())
            finally:
                handle.close()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._idle:
            if self._closed:
                raise StoreUnavailable("the store is closed")
            self._running += 1
        try:
            yield
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def _open(self, settings: Mapping[str, str]) -> Any:
        engine = {
            "background_pool_size": "1",
            "mark_cache_size": str(self._limits.mark_cache_bytes),
            "max_server_memory_usage": str(self._limits.all_bytes),
        }
        options = "&".join(f"{key}={value}" for key, value in (engine | _SAME_EVERYWHERE | dict(settings)).items())
        try:
            return self._connect(f"{self._path}?{options}")
        except RuntimeError as error:
            raise _why_closed(str(error)) from error

    def _for_query(self) -> dict[str, str]:
        limits = self._limits
        return {
            "max_bytes_before_external_group_by": str(
                limits.report_bytes * 7 // 8
            ),  # what is spilled takes twice as long
            "max_bytes_ratio_before_external_group_by": "0",  # or half of what was free when it began, if that is less
            "max_execution_time": str(limits.report_s),
            "max_memory_usage": str(limits.report_bytes),
            "max_threads": "2",
            "max_threads_min_free_memory_per_thread": "0",  # or 1.2 GB for all would mean one thread
            "readonly": "2",
        }


class _Column(Struct):
    name: str


class _Answer(Struct):
    meta: list[_Column]
    data: list[list[Any]]


def _read(answer: bytes) -> Rows:
    """A statement that answers nothing answers no bytes."""
    if not answer:
        return Rows(columns=[], rows=[])
    found = msgspec.json.decode(answer, type=_Answer)
    return Rows(columns=[column.name for column in found.meta], rows=found.data)


def _usable(directory: Path) -> str:
    """The engine compares paths as text, so one directory must have one spelling."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(f"{directory}: {error.strerror}") from error
    path = str(directory.resolve())
    if "?" in path:
        raise StoreUnavailable(f"{path}: the path of a store may not hold a question mark")
    return path


def _check_processor(cpuinfo: Path) -> None:
    """The library is compiled for AVX2 and dies without a word where it is missing. Asks Linux; trusts others."""
    if not cpuinfo.exists():
        return
    flags = re.search(r"^flags\s*:(.*)$", cpuinfo.read_text(), re.MULTILINE)
    if flags is not None and "avx2" not in flags[1].split():
        raise StoreUnavailable("this processor has no AVX2, which the embedded ClickHouse needs")


def _why_closed(text: str) -> StoreUnavailable:
    if "already initialized with path" in text:
        return StoreUnavailable("this process holds a store in another directory")
    if "Error initializing EmbeddedServer: ." in text:  # what it says of a lock, and of nothing else
        return StoreLocked("another engine owns this directory")
    return StoreUnavailable(text.partition("\n")[0])


def _code(error: Exception) -> int:
    found = _CODE.search(str(error))
    return int(found[1]) if found else 0


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
