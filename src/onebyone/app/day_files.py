"""`export`, done: the events of a site as a file a day, the rows of a report as one. Each file whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import io
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
from msgspec import Struct

from onebyone.reports import Runs
from onebyone.store import Param, QueryRefused, Rows
from onebyone.web.csv_file import harmless

FORMATS = ("csv", "jsonl", "parquet")
SETTLED = timedelta(hours=72)  # after a day's end: until then copies of it still arrive
SHORTEST = timedelta(minutes=1)  # of what is asked for at once
_Piece = TypeVar("_Piece")


class Day(Struct, frozen=True):
    """`fresh` unless its files were there already; `size` is that of all of them in bytes."""

    day: date
    files: list[Path]
    size: int
    fresh: bool


class DayFiles(Struct, frozen=True, kw_only=True):
    """Events into a directory. A day that was written when it was settled stays, so a run that was cut goes on."""

    reports: Runs
    directory: Path
    form: str
    common: Mapping[str, Param]  # all but the time
    midnight: Callable[[date], datetime]  # where a day of the site begins
    again: bool = False

    def write(self, first: date, last: date) -> Iterator[Day]:
        """Day by day. Raises OSError, and what a report raises."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for n in range((last - first).days + 1):
            yield self._day(first + timedelta(days=n))

    def _day(self, day: date) -> Day:
        start, end = self.midnight(day), self.midnight(day + timedelta(days=1))
        known = {*self.directory.glob(f"events-{day}.{self.form}"), *self.directory.glob(f"events-{day}.*.{self.form}")}
        fresh = self.again or not known or any(_written_at(file) < end + SETTLED for file in known)
        files = known
        if fresh:
            files = set((self._parquet if self.form == "parquet" else self._lines)(day, start, end))
            for old in known - files:
                old.unlink()
        return Day(day, sorted(files), sum(file.stat().st_size for file in files), fresh)

    def _lines(self, day: date, start: datetime, end: datetime) -> list[Path]:
        file = self.directory / f"events-{day}.{self.form}"
        with written_whole(file) as body:
            for n, rows in enumerate(pieces(self._run, start, end)):
                body.write(encoded(rows, self.form, head=n == 0))
        return [file]

    def _parquet(self, day: date, start: datetime, end: datetime) -> list[Path]:
        """As few as the store can make of a day: more than one are numbered."""
        made = list(pieces(self._made, start, end))
        numbers = [""] if len(made) == 1 else [f".{n}" for n in range(1, len(made) + 1)]
        files = [self.directory / f"events-{day}{number}.parquet" for number in numbers]
        for file, piece in zip(files, made, strict=True):
            with written_whole(file) as body:
                body.write(piece)
        return files

    def _run(self, start: datetime, end: datetime) -> Rows:
        return self.reports.run("stored_events", **self.common, **_time(start, end))

    def _made(self, start: datetime, end: datetime) -> bytes:
        return self.reports.parquet("stored_events", **self.common, **_time(start, end))


def pieces(ask: Callable[[datetime, datetime], _Piece], start: datetime, end: datetime) -> Iterator[_Piece]:
    """The answer for that time, in halves where it is more than the store gives at once. Raises QueryRefused."""
    try:
        found = ask(start, end)
    except QueryRefused:
        if end - start <= SHORTEST:
            raise
        middle = start + (end - start) / 2
        middle = middle.replace(microsecond=0)
        yield from pieces(ask, start, middle)
        yield from pieces(ask, middle, end)
    else:
        yield found


def encoded(rows: Rows, form: str, *, head: bool) -> bytes:
    """CSV, its first line the columns, or a JSON object a line."""
    if form == "jsonl":
        return b"".join(msgspec.json.encode(row) + b"\n" for row in rows.dicts())
    text = io.StringIO()
    writer = csv.writer(text)
    if head:
        writer.writerow(rows.columns)
    writer.writerows([_cell(value) for value in row] for row in rows.rows)
    return text.getvalue().encode()


@contextlib.contextmanager
def written_whole(file: Path) -> Iterator[BinaryIO]:
    """A file of the owner alone that takes its name once all of it is on disk."""
    fresh = file.with_name(f".{file.name}.new")
    try:
        with open(fresh, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as body:
            yield body
            body.flush()
            os.fsync(body.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


def _cell(value: object) -> object:
    if isinstance(value, list | dict):
        return msgspec.json.encode(value).decode()
    return harmless(value)


def _time(start: datetime, end: datetime) -> dict[str, Param]:
    return {"from": start, "to": end}


def _written_at(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)
