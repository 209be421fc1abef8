from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from onebyone.app.consent_heads import note_heads, read_heads
from onebyone.app.doctor_consent import examine_consent
from onebyone.app.settings import Addresses, Place, Settings, open_place
from onebyone.app.state import State, open_state
from onebyone.collect.desk import Settings as CollectSettings
from onebyone.state.consent_records import Draft
from onebyone.state.tag_settings import Banner, TagSettings

HOSTS = {
    "shop.example": frozenset({"203.0.113.5"}),
    "t.shop.example": frozenset({"203.0.114.9", "2001:db8::1"}),
    "far.shop.example": frozenset({"198.51.100.1"}),
}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return open_place(tmp_path)


@pytest.fixture
def state(place: Place) -> Iterator[State]:
    state = open_state(place)
    state.sites.add("Shop", ["https://shop.example"])
    yield state
    state.engine.dispose()


def found(place: Place, state: State, settings: Settings) -> dict[str, tuple[bool, str]]:
    findings = examine_consent(place, settings, state, ask=lambda host: HOSTS.get(host, frozenset()))
    return {finding.what: (finding.ok, finding.found) for finding in findings}


def settings(url: str = "", **collect: Any) -> Settings:
    return Settings(addresses=Addresses(public_url=url), collect=CollectSettings(**collect))


@pytest.mark.parametrize(
    ("url", "ok", "says"),
    [
        ("https://shop.example/a", True, "own host"),
        ("https://t.shop.example", True, "near"),
        ("https://far.shop.example", False, "foreign address"),
        ("https://none.shop.example", False, "no address"),
        ("https://tracker.example", False, "another site"),
    ],
)
def test_cookies_last_where_the_collector_is_near_the_site(
    place: Place, state: State, url: str, ok: bool, says: str
) -> None:
    is_ok, told = found(place, state, settings(url))["Cookies of Shop"]
    assert (is_ok, says in told) == (ok, True)


@pytest.mark.parametrize(
    ("given", "ok", "says"),
    [
        ({}, True, "countries alone"),
        ({"country_header": "cf-ipcountry"}, False, "nobody is believed"),
        ({"country_header": "x-where", "proxies": ["10.0.0.1"]}, False, "is not read"),
        (
            {"country_header": "cf-ipcountry", "subdivision_header": "cf-region-code", "proxies": ["10.0.0.1"]},
            True,
            "states",
        ),
    ],
)
def test_places_are_known_as_far_as_the_setup_knows_them(
    place: Place, state: State, given: dict[str, Any], ok: bool, says: str
) -> None:
    is_ok, told = found(place, state, settings(**given))["Places"]
    assert (is_ok, says in told) == (ok, True)


def test_a_proxy_that_is_not_named_hides_everybody(place: Place, state: State) -> None:
    assert found(place, state, settings("https://t.shop.example"))["Visitors' addresses"][0] is False
    assert "Visitors' addresses" not in found(place, state, settings("https://t.shop.example", proxies=["127.0.0.1"]))


def test_a_table_of_regions_that_cannot_be_read_is_told(place: Place, state: State) -> None:
    place.regions.write_text("{}")
    assert found(place, state, settings())["Regions"][0] is False


def test_the_heads_of_a_day_are_noted_once_and_compared(place: Place, state: State) -> None:
    draft = Draft(site="s1", id="r1", at_ms=1, body={}, chosen={"a": 1}, known_by=(("consent", "p"),))
    state.records.note(draft)
    state.records.commit()
    heads = state.records.heads(5)
    assert (note_heads(place.consent_heads, heads), note_heads(place.consent_heads, state.records.heads(6))) == (1, 0)
    assert read_heads(place.consent_heads) == heads
    assert found(place, state, settings())["Consent records"] == (True, "1 chains, 0 faults")
    place.consent_heads.write_bytes(place.consent_heads.read_bytes().replace(b'"seq":1', b'"seq":2'))
    assert found(place, state, settings())["Consent records"] == (False, "1 chains, 1 faults")


@pytest.mark.parametrize(("url", "ok"), [("https://shop.example/a", True), ("https://t.shop.example", False)])
def test_a_banner_whose_cookie_only_a_script_sets_is_told(place: Place, state: State, url: str, ok: bool) -> None:
    assert "Choices of Shop" not in found(place, state, settings(url))
    (site,) = state.sites.all()
    state.sites.change(replace(site, tag=TagSettings(banner=Banner(on=True))))
    assert found(place, state, settings(url))["Choices of Shop"][0] is ok
