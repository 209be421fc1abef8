"""`onebyone preview`: what would be sent, for eyes and for programs, and what an operator did wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from destinations.examples import GOLDEN, NOW_MS
from onebyone.app.cli_preview import preview
from onebyone.app.settings import ConfigError
from onebyone.destinations.all import ALL

PURCHASE: dict[str, Any] = json.loads((GOLDEN / "meta/purchase.json").read_text())["in"]["event"]


class Preview:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "event.json"

    def __call__(self, name: str, event: Any, *options: str) -> Result:
        self.file.write_bytes(event if isinstance(event, bytes) else json.dumps(event).encode())
        return CliRunner().invoke(preview, [name, str(self.file), "--now", str(NOW_MS), *options])

    def document(self, name: str, event: Any, *options: str) -> dict[str, Any]:
        said = self(name, event, "--json", *options)
        assert said.exit_code == 0, said.output
        found: dict[str, Any] = json.loads(said.stdout)
        return found

    def mistake(self, name: str, event: Any, *options: str) -> str:
        said = self(name, event, *options)
        assert isinstance(said.exception, ConfigError)
        assert said.stdout == ""
        return str(said.exception)


@pytest.fixture
def show(tmp_path: Path) -> Preview:
    return Preview(tmp_path)


@pytest.mark.parametrize("name", ALL)
def test_a_purchase_needs_no_setting_up(show: Preview, name: str) -> None:
    found = show.document(name, PURCHASE)
    (request,) = found["requests"]
    assert set(request) == {"method", "url", "headers", "body"}
    assert (request["method"], found["refused"], found["missing"]) == ("POST", [], [])
    assert "***" in request["url"] + str(request["headers"]) or name == "webhook"


def test_settings_that_are_not_given_show_as_their_names(show: Preview) -> None:
    found = show.document("meta", PURCHASE)
    assert found["requests"][0]["url"] == "https://graph.facebook.com/v26.0/PIXEL_ID/events"
    assert found["requests"][0]["headers"]["Authorization"] == "Bearer ***"
    text = show("google_data_manager", PURCHASE).output
    assert "CONVERSION_ACTION_ID" in text and "OPERATING_ACCOUNT_ID" in text


def test_settings_that_are_given(show: Preview) -> None:
    found = show.document("meta", PURCHASE, "--set", "pixel_id=42", "--set", "events.purchase=Bought")
    assert found["requests"][0]["url"].endswith("/42/events")
    assert found["requests"][0]["body"]["data"][0]["event_name"] == "Bought"
    given = ("--set", "conversion_rule_ids.purchase=1,2", "--set", "conversion_rule_ids.refund=3")
    assert len(show.document("linkedin", PURCHASE, *given)["requests"][0]["body"]["elements"]) == 2


def test_a_secret_is_masked_wherever_it_goes(show: Preview) -> None:
    for name, setting in (("ga4", "api_secret"), ("snapchat", "access_token"), ("tiktok", "access_token")):
        for options in ((), ("--json",)):
            assert "hush" not in show(name, PURCHASE, "--set", f"{setting}=hush", *options).output


def test_a_destination_that_is_refused_says_why(show: Preview) -> None:
    old = PURCHASE | {"at": "2026-01-01T00:00:00Z"}
    assert show.document("meta", old) == {
        "requests": [],
        "refused": [{"id": "purchase:T-1001", "reason": "too_old"}],
        "missing": [],
    }
    assert show("meta", old).stdout == "Not sent to Meta: too_old.\n"


def test_it_builds_as_if_permitted_and_lists_what_is_missing(show: Preview) -> None:
    denied = PURCHASE | {"consent": {"ads_share": "denied", "ads_storage": "denied"}}
    found = show.document("google_data_manager", denied)
    assert found["missing"] == ["ads_share"]
    assert found["requests"][0]["body"]["events"][0]["adIdentifiers"] == {"gclid": "Cj0-GC"}
    text = show("google_data_manager", denied).output
    assert "permissions that this event does not carry: ads_share." in text


def test_an_event_without_id_and_time(show: Preview) -> None:
    bare = {"name": "generate_lead", "user_data": {"email": "a@example.com"}}
    row = show.document("meta", bare)["requests"][0]["body"]["data"][0]
    assert (row["event_id"], row["event_time"]) == ("EVENT_ID", NOW_MS // 1000)
    said = CliRunner().invoke(preview, ["meta", str(show.file)])
    assert "EVENT_ID" in said.stdout and str(NOW_MS // 1000) not in said.stdout


def test_names_and_ids_are_taken_as_the_pipeline_takes_them(show: Preview) -> None:
    order = {"id": "undefined", "value": 5, "currency": "EUR"}
    (row,) = show.document("meta", PURCHASE | {"name": "CompletePayment", "order": order})["requests"][0]["body"][
        "data"
    ]
    assert (row["event_name"], row["event_id"]) == ("Purchase", "e-1")
    assert "order_id" not in row["custom_data"]


def test_it_reads_for_eyes(show: Preview) -> None:
    lines = show("snapchat", PURCHASE).stdout.splitlines()
    assert lines[0] == "POST https://tr.snapchat.com/v3/PIXEL_ID/events?access_token=***"
    assert lines[1:4] == ["Content-Type: application/json", "", "{"]


@pytest.mark.parametrize(
    ("name", "event", "options", "sentence"),
    [
        ("myspace", {"name": "a"}, (), "Known are: meta, google_data_manager, google_ads, ga4"),
        ("meta", b"nonsense", (), "body_unreadable"),
        ("meta", {"id": "1"}, (), "name_missing"),
        ("meta", b" " * 1_048_577, (), "larger than"),
        ("meta", {"name": "a"}, ("--now", "soon"), "--now"),
        ("meta", {"name": "a"}, ("--now", "9" * 18), "--now"),
        ("meta", {"name": "a"}, ("--set", "colour=red"), "--set colour: meta has the settings pixel_id, access_token"),
        ("meta", {"name": "a"}, ("--set", "pixel_id"), "pixel_id"),
        ("meta", {"name": "a"}, ("--set", "events=x"), "events.KEY"),
        ("meta", {"name": "a"}, ("--set", "pixel_id.x=1"), "pixel_id"),
        ("pinterest", {"name": "a"}, ("--set", "test=maybe"), "$.test"),
    ],
)
def test_a_mistake_is_one_line(show: Preview, name: str, event: Any, options: tuple[str, ...], sentence: str) -> None:
    said = show.mistake(name, event, *options)
    assert sentence in said
    assert "\n" not in said


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    said = CliRunner().invoke(preview, ["meta", str(tmp_path / "none.json")])
    assert isinstance(said.exception, ConfigError) and "No such file" in str(said.exception)
    said = CliRunner().invoke(preview, ["meta", str(tmp_path)])
    assert isinstance(said.exception, ConfigError)
