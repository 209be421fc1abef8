"""`onebyone export`: a file a day, whole or not at all, and a run that was cut goes on."""

from __future__ import annotations

import csv
import json
import os
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from onebyone.app.asking import midnight
from onebyone.app.day_files import Day, DayFiles, encoded, pieces, written_whole
from onebyone.store import Param, QueryRefused, Rows

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 11, 20)


class Hours:
    """A row an hour, and no more than `most` of them at once."""

    def __init__(self, most: int = 24) -> None:
        self.most, self.asked = most, 0
        self.params: dict[str, Param] = {}

    def run(self, name: str, /, **params: Param) -> Rows:
        first, last = params["from"], params["to"]
        assert isinstance(first, datetime) and isinstance(last, datetime)
        self.asked, self.params = self.asked + 1, params
        whole = first.replace(minute=0, second=0)
        hours = [at for at in (whole + timedelta(hours=n) for n in range(26)) if first <= at < last]
        if len(hours) > self.most:
            raise QueryRefused("too much")
        return Rows(["at", "properties"], [[hour.isoformat(), {"a": "=1+1"}] for hour in hours])

    def parquet(self, name: str, /, **params: Param) -> bytes:
        return b"PAR1" + str(len(self.run(name, **params).rows)).encode()


def exported(directory: Path, reports: Hours, form: str = "csv", *, again: bool = False) -> list[Day]:
    files = DayFiles(
        reports=reports, directory=directory, form=form, common={"site": "s1"}, again=again,
        midnight=lambda day: midnight(day, BERLIN),
    )  # fmt: skip
    return list(files.write(DAY, DAY + timedelta(days=1)))


@pytest.mark.parametrize("most", [24, 7, 1])
def test_a_day_is_one_file_however_often_the_store_had_to_be_asked(tmp_path: Path, most: int) -> None:
    days = exported(tmp_path / "out", Hours(most))
    assert [day.files[0].name for day in days] == ["events-2026-11-20.csv", "events-2026-11-21.csv"]
    with days[0].files[0].open(newline="") as file:
        rows = list(csv.reader(file))
    start = datetime(2026, 11, 19, 23, tzinfo=UTC)
    assert rows[0] == ["at", "properties"]
    assert [row[0] for row in rows[1:]] == [(start + timedelta(hours=n)).isoformat() for n in range(24)]
    assert stat.S_IMODE(days[0].files[0].stat().st_mode) == 0o600
    assert days[0].size == days[0].files[0].stat().st_size


def test_parquet_that_is_too_much_at_once_is_numbered_and_older_numbers_go(tmp_path: Path) -> None:
    first, _ = exported(tmp_path, Hours(6), "parquet")
    assert [file.name for file in first.files] == [f"events-2026-11-20.{n}.parquet" for n in (1, 2, 3, 4)]
    first, _ = exported(tmp_path, Hours(), "parquet", again=True)
    assert [file.name for file in first.files] == ["events-2026-11-20.parquet"]
    assert {file.name for file in tmp_path.iterdir()} == {f"events-2026-11-{day}.parquet" for day in (20, 21)}


def test_a_run_that_was_cut_goes_on_with_the_days_that_are_missing(tmp_path: Path) -> None:
    class Breaks(Hours):
        def run(self, name: str, /, **params: Param) -> Rows:
            if self.asked:
                raise OSError("cut")
            return super().run(name, **params)

    with pytest.raises(OSError, match="cut"):
        exported(tmp_path, Breaks())
    assert [file.name for file in tmp_path.iterdir()] == ["events-2026-11-20.csv"]
    _settle(tmp_path / "events-2026-11-20.csv", days=10)
    assert [day.fresh for day in exported(tmp_path, Hours())] == [False, True]


def test_a_day_that_was_written_before_its_copies_had_settled_is_written_again(tmp_path: Path) -> None:
    for day in exported(tmp_path, Hours()):
        _settle(day.files[0], days=1)
    assert [day.fresh for day in exported(tmp_path, Hours())] == [True, True]
    for day in exported(tmp_path, Hours()):
        _settle(day.files[0], days=10)
    assert [day.fresh for day in exported(tmp_path, Hours())] == [False, False]
    assert [day.fresh for day in exported(tmp_path, Hours(), again=True)] == [True, True]


def test_a_file_that_could_not_be_finished_leaves_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("old")
    with pytest.raises(ValueError, match="no more"), written_whole(file) as body:
        body.write(b"half")
        raise ValueError("no more")
    assert file.read_text() == "old" and [one.name for one in tmp_path.iterdir()] == ["a.csv"]


def test_a_minute_that_the_store_refuses_is_refused() -> None:
    def never(start: datetime, end: datetime) -> Rows:
        raise QueryRefused("too much")

    start = datetime(2026, 11, 20, tzinfo=UTC)
    with pytest.raises(QueryRefused):
        list(pieces(never, start, start + timedelta(hours=1)))


def test_lines_are_json_and_cells_are_no_formulas() -> None:
    rows = Rows(["a", "b"], [["=cmd()", {"k": 1}], [5, []]])
    found: list[dict[str, Any]] = [json.loads(line) for line in encoded(rows, "jsonl", head=True).splitlines()]
    assert found == rows.dicts()
    assert encoded(rows, "csv", head=False).decode() == '\'=cmd(),"{""k"":1}"\r\n5,[]\r\n'


def _settle(file: Path, *, days: int) -> None:
    """As if it had been written so many days after the first one."""
    at = (datetime(2026, 11, 21, tzinfo=UTC) + timedelta(days=days)).timestamp()
    os.utime(file, (at, at))
