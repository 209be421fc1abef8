"""The corpus of user agents, and thresholds."""

from __future__ import annotations

import json

import pytest

from onebyone.pipeline.classifier import Classifier
from onebyone.pipeline.mail_rules import Request, Thresholds, alone, gateway_of
from pipeline.examples import GOLDEN

CORPUS = json.loads((GOLDEN / "vectors/user_agents.json").read_text())["user_agents"]
DAY_MS = 86_400_000
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36"
)
_MACHINES = {"machine_scanner", "machine_declared"}


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier()


def test_every_string_of_the_corpus_is_taken_for_what_it_is(classifier: Classifier) -> None:
    """At most 5 % confused between the two kinds of declared machines, and no other confusion (11, 1)."""
    confused = []
    for row in CORPUS:
        agent = row["user_agent"]
        asked = Request(click=False, at_ms=DAY_MS, sent_ms=1, agent=agent, label=classifier.of_agent(agent).label)
        found = alone(asked, Thresholds()).actor
        if found != row["expect_open"]:
            confused.append((agent, row["expect_open"], str(found)))
    assert all({expected, found} == _MACHINES for _, expected, found in confused), confused
    assert len(confused) <= 0.05 * len(CORPUS)


def test_the_thresholds_are_settings() -> None:
    early = Request(click=False, at_ms=5_000, sent_ms=1, agent=CHROME)
    assert alone(early, Thresholds()).rule == "time.fast"
    assert alone(early, Thresholds(min_ms=10_000, soft_ms=20_000)).rule == "time.instant"
    assert alone(early, Thresholds(min_ms=1_000, soft_ms=1_500)).rule == "ua.client"


def test_without_a_time_of_sending_no_rule_of_time_fires() -> None:
    assert alone(Request(click=False, at_ms=5, agent=CHROME, network="datacenter"), Thresholds()).rule == "net.dc_late"
    assert alone(Request(click=False, at_ms=5, agent=CHROME), Thresholds()).rule == "ua.client"


@pytest.mark.parametrize(
    ("referer", "name"),
    [
        ("https://eur01.safelinks.protection.outlook.com/?url=x", "safelinks"),
        ("https://urldefense.com/v3/", "proofpoint"),
        ("https://protect-eu.mimecast.com/s/x", "mimecast"),
        ("https://linkprotect.cudasvc.com/url", "barracuda"),
        ("https://secure-web.cisco.com/1", "cisco"),
        ("https://clicktime.symantec.com/x", "symantec"),
        ("https://urldefense.com.evil.example/", ""),
        ("nonsense", ""),
    ],
)
def test_a_gateway_is_known_by_where_the_reader_came_from(referer: str, name: str) -> None:
    assert gateway_of({"referer": referer}) == name


def test_gmails_prefetch_is_surer_with_a_sign_of_google() -> None:
    def confidence(**given: object) -> int:
        return alone(Request(click=False, at_ms=5, label="gmail_prefetch", **given), Thresholds()).confidence  # type: ignore[arg-type]

    assert confidence() == 80 and confidence(network="google") == 95
    assert confidence(headers={"referer": "http://mail.google.com/"}) == 95
    assert confidence(headers={"referer": "http://mail.google.com.evil.example/"}) == 80


def test_the_bare_token_is_less_sure_with_a_referer() -> None:
    def confidence(**given: object) -> int:
        return alone(Request(click=False, at_ms=5, label="apple_mpp", **given), Thresholds()).confidence  # type: ignore[arg-type]

    assert (confidence(network="relay"), confidence(), confidence(headers={"referer": "x"})) == (95, 80, 60)
