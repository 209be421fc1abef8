"""Real events of another tracker, and what that tracker made of them: row by row, through the command line."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from onebyone.event import visitor_hash

DATA = Path(__file__).parents[3] / "shared" / "data" / "measurement"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason="no ../shared/data/measurement: the tracker's files stay there"),
]
PERIOD = ("--from", "2020-01-01", "--to", "2022-01-01", "--limit", "1000", "--traffic", "all")


class Imported:
    def __init__(self, data: Path) -> None:
        self.data = data
        self.site = self("site", "add", "Tracker", "--origin", "https://snowplowanalytics.com")["site"]
        options = ("--sessions", "tracker", "--allowed", "analytics")
        self.done = self("import-events", str(DATA / "web_events_160.csv.gz"), *options)
        self.again = self("import-events", str(DATA / "web_events_160.csv.gz"), *options)

    def __call__(self, *arguments: str) -> Any:
        command = [sys.executable, "-m", "onebyone", *arguments, "--data", str(self.data), "--json"]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    def report(self, name: str) -> list[dict[str, Any]]:
        rows = self("report", name, *PERIOD)
        return rows if isinstance(rows, list) else rows["rows"]

    def visitor(self, theirs: str) -> int:
        return visitor_hash(self.site, theirs)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    return Imported(tmp_path_factory.mktemp("tracker") / "data")


def expected(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / f"web_{name}_expected.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_all_events_come_in_once(imported: Imported) -> None:
    assert (imported.done["events"], imported.done["added"], imported.again["added"]) == (160, 160, 0)


def test_its_18_sessions_are_those_that_it_found(imported: Imported) -> None:
    found = {
        row["tracker_session"]: (
            row["visitor"], read(row["started"]), read(row["ended"]), row["views"], row["events"],
            row["first_path"], row["last_path"],
        )
        for row in imported.report("tracker_sessions")
    }  # fmt: skip
    assert len(found) == 18 and found == {
        row["domain_sessionid"]: (
            imported.visitor(row["domain_userid"]), moment(row["start_tstamp"]), moment(row["end_tstamp"]),
            int(row["page_views"]), int(row["total_events"]), row["first_page_urlpath"], row["last_page_urlpath"],
        )
        for row in expected("sessions")
    }  # fmt: skip


def test_its_43_page_views_are_those_that_it_found(imported: Imported) -> None:
    found = {
        row["view"]: (
            row["tracker_session"], row["visitor"], read(row["started"]), row["number_in_session"], row["path"]
        )
        for row in imported.report("tracker_views")
    }  # fmt: skip
    assert len(found) == 43 and found == {
        row["page_view_id"]: (
            row["domain_sessionid"], imported.visitor(row["domain_userid"]), moment(row["start_tstamp"]),
            int(row["page_view_in_session_index"]), row["page_urlpath"],
        )
        for row in expected("page_views")
    }  # fmt: skip


def test_its_11_users_are_those_that_it_found(imported: Imported) -> None:
    found = {
        row["visitor"]: (read(row["first_at"]), read(row["last_at"]), row["views"], row["sessions"])
        for row in imported.report("tracker_users")
    }
    assert len(found) == 11 and found == {
        imported.visitor(row["domain_userid"]): (
            moment(row["start_tstamp"]), moment(row["end_tstamp"]), int(row["page_views"]), int(row["sessions"])
        )
        for row in expected("users")
    }  # fmt: skip


def test_under_our_own_rules_each_difference_has_its_rule(imported: Imported) -> None:
    found = imported("tracker-sessions")
    assert (found["tracker"], found["own"]) == (18, 57)
    assert {one["rule"]: one["sessions"] for one in found["differences"]} == {
        "pause": 2, "browser": 2, "together": -2, "nobody": -1, "no_view": 27, "late": 2, "no_session": 1,
        "over_long": 8,
    }  # fmt: skip
