from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from onebyone.event import COPIES
from onebyone.reports.catalogue import DIRECTORY, ReportBroken, Reports, UnknownReport, read_report
from onebyone.store import BadParameter, Param, Rows
from onebyone.store.engine import Embedded
from reports.golden import Case
from store.engine_fixture import holding
from store.rows import put

FILES = sorted(DIRECTORY.glob("*.sql"))
PEOPLE = "actor IN ('human', 'human_proxied') OR (actor = 'suspect' AND NOT spoofed)"
_DAY = datetime(2026, 11, 20, tzinfo=UTC)


class Asked:
    """A store that remembers what it was asked."""

    def __init__(self) -> None:
        self.params: dict[str, Param] = {}

    def query(self, sql: str, params: Mapping[str, Param] | None = None) -> Rows:
        self.params = dict(params or {})
        return Rows(columns=["a", "b"], rows=[[1, 2]])

    def parquet(self, sql: str, params: Mapping[str, Param] | None = None) -> bytes:
        self.params = dict(params or {})
        return b"PAR1"


def as_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_report_names_its_site_in_every_part_and_says_what_it_is_about(file: Path) -> None:
    report = read_report(file)
    assert report.params["site"] == "String"
    tables = re.findall(
        r"FROM (?:events|drops|sessions|session_rules|order_rules|identity|conversions|deliveries)\b", report.sql
    )
    assert report.sql.count("site = {site:String}") == len(tables) > 0
    assert report.title and report.about.endswith(".")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_report_reads_final_and_joins_globally(file: Path) -> None:
    sql = as_one_line(read_report(file).sql)
    keys_only = sql.replace("SELECT day, visitor, at, id FROM events WHERE", "")  # keys, read again with FINAL
    keys_only = keys_only.replace("SELECT arraySort(groupUniqArray(day)) FROM events WHERE", "")  # equal in all copies
    assert re.findall(r"FROM (?:events|drops|identity)(?! FINAL)", keys_only) == []
    assert re.findall(r"(?<!GLOBAL )\bIN \(\s*SELECT", sql) == []
    assert re.findall(r"(?<!GLOBAL )(?<!LEFT )(?<!ANY )(?:LEFT |RIGHT |ANY |INNER )+JOIN\b", sql) == []
    assert len(file.read_text().splitlines()) <= 120


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_people_and_copies_are_the_same_in_every_report(file: Path) -> None:
    sql = as_one_line(read_report(file).sql)
    if "{{verdict_kind}}" not in file.read_text() and file.stem != "judged_events":  # which tell all kinds apart
        assert sql.count("spoofed") == sql.count(PEOPLE)
    for copies in re.findall(r"reason IN \(([^)]*)\)", sql):
        assert set(re.findall(r"'(\w+)'", copies)) == COPIES


def test_a_common_parameter_that_a_report_does_not_use_is_left_out() -> None:
    asked = Asked()
    Reports(asked).run("ledger_totals", site="s1", limit=7, zone="UTC", currency="EUR", traffic="all")
    assert asked.params == {"site": "s1"}


def test_rows_come_as_dicts_too() -> None:
    assert Reports(Asked()).run_dicts("ledger_totals", site="s1") == [{"a": 1, "b": 2}]


def test_a_parameter_nobody_knows_is_refused(store: Embedded) -> None:
    with pytest.raises(BadParameter, match="sight"):
        Reports(store).run("ledger_totals", site="s1", sight=1)


def test_a_kind_of_traffic_that_does_not_exist_is_refused(store: Embedded) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    params: dict[str, Param] = {"site": "s1", "from": now, "to": now, "currency": "EUR", "traffic": "cats"}
    with pytest.raises(BadParameter, match="cats"):
        Reports(store).run("totals", **params)


def test_a_report_that_does_not_exist_is_unknown(store: Embedded) -> None:
    with pytest.raises(UnknownReport):
        Reports(store).run("nothing", site="s1")


@pytest.mark.parametrize("sql", ["SELECT {site:String} AND", "SELECT a + {site:String}", "SELECT sum({site:String})"])
def test_a_report_that_makes_no_sense_is_a_bug_and_names_itself(store: Embedded, tmp_path: Path, sql: str) -> None:
    (tmp_path / "sad.sql").write_text(f"-- title: Sad\n-- about: A bug.\n{sql}\n")
    with pytest.raises(ReportBroken, match=r"^sad: Code"):
        Reports(store, directory=tmp_path).run("sad", site="s1")


@pytest.mark.parametrize("text", ["SELECT 1", "-- title: A\nSELECT 1", "-- about: B.\n-- title: A\nSELECT 1\n"])
def test_a_report_without_its_header_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.sql").write_text(text)
    with pytest.raises(ValueError, match=r"a.sql: no '-- title:'"):
        Reports(Asked(), directory=tmp_path)


def test_what_a_report_is_about_may_take_several_lines(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("-- title: A\n-- about: One.\n--   Two.\nSELECT {site:String}\n")
    report = Reports(Asked(), directory=tmp_path).get("a")
    assert (report.title, report.about, report.params) == ("A", "One. Two.", {"site": "String"})


def test_a_report_is_a_parquet_file_too_and_takes_the_same_parameters(store: Embedded) -> None:
    params: dict[str, Param] = {
        "site": "s1",
        "from": datetime(2026, 11, 1, tzinfo=UTC),
        "to": datetime(2026, 11, 2, tzinfo=UTC),
    }
    file = Reports(store).parquet("drops", limit=5, **params)
    assert file[:4] == file[-4:] == b"PAR1"
    assert b"reason" in file and b"sightings" in file
    with pytest.raises(BadParameter):
        Reports(store).parquet("overview", traffic="nobody", **params)


def test_rows_that_no_report_has_are_a_file_of_the_same_kind(store: Embedded, tmp_path: Path) -> None:
    kinds = {"label": "String", "orders": "Nullable(Float64)", "day": "Date", "at": "DateTime64(3, 'UTC')"}
    long = "ä" * 6_000_000  # as long as the credits of a site with very many campaigns
    rows: list[dict[str, object]] = [
        {"label": "a\nb'\\", "orders": 1 / 3, "day": date(2026, 11, 1), "at": "2026-11-01T09:30:00.250000+00:00"},
        {"label": long, "orders": None, "day": "2026-11-02", "at": "2026-11-01T09:30:00Z"},
    ]
    file = tmp_path / "table.parquet"
    file.write_bytes(Reports(store).table(kinds, rows))
    found = store.query("SELECT * FROM file({file:String}, Parquet)", {"file": str(file)})
    assert found.columns == list(kinds) and found.rows[0][:3] == ["a\nb'\\", 1 / 3, "2026-11-01"]
    assert found.rows[1][:2] == [long, None] and "09:30:00.25" in found.rows[0][3]
    assert Reports(store).table(kinds, [])[:4] == b"PAR1"


@pytest.mark.parametrize(("name", "asked", "read"), [
    ("event_list", {"of": []}, False), ("event_list", {"of": ["fault", "", "", "", ""]}, True),
    ("event_visitors", {"by": "country"}, False), ("event_visitors", {"by": "fault"}, True),
    ("people", {"text": ""}, False), ("people", {"text": "a1"}, True),
])  # fmt: skip
def test_properties_are_read_where_they_are_asked_for(name: str, asked: dict[str, Param], read: bool) -> None:
    """They are most of what an event weighs, and `if` would read them whatever it is asked."""
    store = holding("golden day", lambda engine: put(engine, Case(title="", params={}, given="shop").outcomes()))
    report = Reports(store).get(name)
    given: dict[str, Param] = {
        "site": "s1", "from": _DAY, "to": _DAY + timedelta(days=1), "now": _DAY, "limit": 5, "traffic": "people",
        "currency": "EUR", "event": "", "is": ["x"], "persons": [], "after_ms": 2**63 - 1, "after_id": "",
    }  # fmt: skip
    given |= asked
    plan = store.query(
        f"EXPLAIN header = 1 {report.sql}", {key: one for key, one in given.items() if key in report.params}
    )
    assert any("properties" in line for (line,) in plan.rows) == read
