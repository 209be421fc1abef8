"""`onebyone destinations` and `deliveries`: limits that an operator chose, and what is sent again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from onebyone.app.cli import group
from onebyone.app.settings import ConfigError, open_place
from onebyone.app.state import State, open_state
from onebyone.state.deliveries import Delivery
from onebyone.state.deliveries import State as Stands

DAY_S = 86_400


@pytest.fixture
def state(tmp_path: Path) -> State:
    state = open_state(open_place(tmp_path))
    state.sites.add("Shop", ["https://shop.example"])
    return state


def run(data: Path, *words: str) -> str:
    done = CliRunner().invoke(group, [*words[:2], "--data", str(data), *words[2:]])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def a_delivery(state: State, number: int, cause: str) -> Delivery:
    (site,) = state.sites.all()
    about: dict[str, Any] = {
        "due_ms": 1,
        "queued_ms": 1,
        "at_ms": number,
        "name": "purchase",
        "event_id": f"e-{number}",
    }
    one = Delivery(
        site=site.id,
        destination="meta",
        conversion=f"{number:032x}",
        first_day="2026-11-12",
        state=Stands.REFUSED,
        cause=cause,
        **about,
    )
    state.deliveries.put([one])
    return one


def test_an_operators_limits_are_kept_and_changed_one_by_one(state: State, tmp_path: Path) -> None:
    token = ("--set", "pixel_id=1", "--set", "access_token=t0ken")
    run(tmp_path, "destinations", "add", "meta", *token, "--oldest", str(2 * DAY_S), "--ahead", "60", "--batch", "50")
    run(tmp_path, "destinations", "add", "meta", "--per-minute", "30", "--mode", "server")
    (one,) = state.destinations.all()
    assert one.mode == "server"
    assert (one.max_age_s, one.max_ahead_s, one.max_batch, one.requests_per_minute) == (2 * DAY_S, 60, 50, 30)


def test_limited_use_is_refused_for_a_platform_that_has_no_flag_for_it(state: State, tmp_path: Path) -> None:
    given = ("--set", "conversion_rule_ids.purchase=1", "--set", "access_token=t", "--limited-use")
    told = CliRunner().invoke(group, ["destinations", "add", "linkedin", *given, "--data", str(tmp_path)])
    assert isinstance(told.exception, ConfigError) and "LinkedIn has no flag for it" in str(told.exception)
    run(tmp_path, "destinations", "add", "meta", "--set", "pixel_id=1", "--set", "access_token=t", "--limited-use")
    run(tmp_path, "destinations", "add", "meta", "--settle", "10")
    assert [(one.name, one.limited_use) for one in state.destinations.all()] == [("meta", True)]


def test_one_conversion_or_one_cause_is_sent_again_alone(state: State, tmp_path: Path) -> None:
    run(tmp_path, "destinations", "add", "meta", "--set", "pixel_id=1", "--set", "access_token=t0ken")
    first, *_ = [a_delivery(state, number, cause) for number, cause in enumerate(("7", "7", "8"))]
    assert run(tmp_path, "deliveries", "resend", "meta", "--conversion", first.conversion) == "1 wait again.\n"
    assert run(tmp_path, "deliveries", "resend", "meta", "--cause", "8") == "1 wait again.\n"
    found = msgspec.json.decode(
        CliRunner()
        .invoke(group, ["deliveries", "--data", str(tmp_path), "--json", "--state", "waiting", "--state", "refused"])
        .output
    )
    assert {one["event_id"]: one["state"] for one in found} == {"e-0": "waiting", "e-1": "refused", "e-2": "waiting"}
