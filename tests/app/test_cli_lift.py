"""`lift`: regions with a campaign against regions without, and who is held out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from onebyone.app.cli_lift import lift_group
from onebyone.app.settings import ConfigError

BEFORE, DURING = 8, 4


def csv_of(factor: dict[str, float]) -> str:
    """100 conversions a week and region, times its factor while the campaign runs."""
    rows = ["region,period,conversions"]
    for week in range(1, BEFORE + DURING + 1):
        rows += [f"{name},2026-W{week:02},{round(100 * (by if week > BEFORE else 1))}" for name, by in factor.items()]
    return "\n".join(rows)


FILE = csv_of({"north": 1.2, "south": 1.0, "east": 1.0, "west": 1.1, "middle": 0.9})


def told(path: Path, text: str, *options: str) -> Any:
    path.write_text(text)
    ran = CliRunner().invoke(lift_group, ["geo", str(path), *options], catch_exceptions=False)
    return json.loads(ran.output) if "--json" in options else ran.output


def test_regions_with_a_campaign_are_held_against_those_without(tmp_path: Path) -> None:
    asked = ("--test", "north", "--start", "2026-W09", "--spend", "1000", "--attributed", "160")
    found = told(tmp_path / "a.csv", FILE, *asked, "--json")
    assert found["effect"] == pytest.approx(1.2 / (1.1 * 0.9) ** 0.25 - 1)
    assert found["incremental"] == pytest.approx(480 * (1 - 1 / (1 + found["effect"])))
    assert (found["p_value"], found["placebos"]) == (0.2, 4)
    assert found["cost_per_incremental"] == pytest.approx(1000 / found["incremental"], rel=1e-6)
    assert found["calibration"] == pytest.approx(found["incremental"] / 160)
    said = told(tmp_path / "a.csv", FILE, *asked)
    assert "north: +20.3% while it ran, +81.0 conversions." in said and "Cost of each: 12.35." in said
    assert "0.51" in said and "proves a cause" in said


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        (FILE, ("--start", "2027"), "no period '2027'"),
        (FILE, ("--start", "2026-W03"), "at least 8"),
        (FILE, ("--start", "2026-W09", "--spend", "much"), "no amount"),
        ("region,week\na,1", ("--start", "1"), "no column period, conversions"),
        ("region,period,conversions\na,1,-3", ("--start", "1"), "line 2: '-3'"),
        ("region,period,conversions\na,1,3\na,1,3", ("--start", "1"), "a has 1 twice"),
        ("region,period,conversions\n", ("--start", "1"), "no rows"),
    ],
)  # fmt: skip
def test_a_file_that_tells_nothing_says_why(tmp_path: Path, text: str, options: tuple[str, ...], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        told(tmp_path / "a.csv", text, "--test", "north", *options)


def test_who_is_held_out_stays_so_while_the_list_grows(tmp_path: Path) -> None:
    def arms(names: list[str]) -> dict[str, str]:
        file = tmp_path / "people.txt"
        file.write_text("\n".join(names) + "\n")
        asked = ["hold-out", str(file), "--experiment", "spring", "--share", "0.2", "--json"]
        ran = CliRunner().invoke(lift_group, asked, catch_exceptions=False)
        return {row["person"]: row["variant"] for row in json.loads(ran.output)}

    few, many = arms([f"p{n}" for n in range(500)]), arms([f"p{n}" for n in range(1000)])
    assert few.items() < many.items() and 140 < list(many.values()).count("control") < 260
