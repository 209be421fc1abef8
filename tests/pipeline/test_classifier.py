from __future__ import annotations

import json
from typing import Any

import pytest

from onebyone.event import Actor
from onebyone.pipeline.agents import ACTORS, SEED, TAG_LABELS
from onebyone.pipeline.classifier import Classifier
from pipeline.examples import GOLDEN

_VECTORS = json.loads((GOLDEN / "vectors/user_agents.json").read_text())
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36"


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier()


@pytest.mark.parametrize("vector", _VECTORS["user_agents"], ids=lambda vector: vector["user_agent"][:60] or "empty")
def test_a_published_string_gets_its_published_actor(vector: Any, classifier: Classifier) -> None:
    actor = classifier.classify(vector["user_agent"], {}).actor
    assert ("automated" if actor.startswith("machine_") else actor) == vector["expect_web"]


def test_every_label_of_ours_is_a_documented_one() -> None:
    ours = {rule.label for rule in SEED} | set(ACTORS) | set(TAG_LABELS.values())
    assert ours <= set(_VECTORS["labels"])


@pytest.mark.parametrize(
    ("headers", "rule"),
    [
        ({"sec-purpose": "prefetch"}, "hdr.sec_purpose"),
        ({"sec-purpose": "prefetch;prerender"}, "hdr.sec_purpose"),
        ({"sec-purpose": " prefetch ; anonymous-client-ip"}, "hdr.sec_purpose"),
        ({"purpose": "Prefetch"}, "hdr.purpose"),
        ({"x-moz": "prefetch"}, "hdr.x_moz"),
        ({"x-purpose": "preview"}, "hdr.x_purpose"),
    ],
)
def test_what_nobody_looks_at_yet_is_a_prefetch(headers: dict[str, str], rule: str, classifier: Classifier) -> None:
    verdict = classifier.classify(CHROME, headers)
    assert (verdict.actor, verdict.reasons) == (Actor.MACHINE_PREFETCH, (rule,))


@pytest.mark.parametrize("headers", [{"sec-purpose": "Prefetch"}, {"sec-purpose": "x;prefetch"}, {"purpose": "buy"}])
def test_other_purposes_are_none(headers: dict[str, str], classifier: Classifier) -> None:
    assert classifier.classify(CHROME, headers).actor == Actor.HUMAN


def test_a_driven_browser_is_a_machine(classifier: Classifier) -> None:
    assert classifier.classify(CHROME, {}, webdriver=True).reasons == ("js.webdriver",)


def test_a_driven_crawler_keeps_its_name(classifier: Classifier) -> None:
    verdict = classifier.classify("Mozilla/5.0 (compatible; Googlebot/2.1)", {}, webdriver=True)
    assert (verdict.actor, verdict.label, verdict.agent) == (Actor.MACHINE_DECLARED, "crawler", "Googlebot")


def test_more_than_a_kilobyte_is_no_browser(classifier: Classifier) -> None:
    assert classifier.classify("x" * 1_024, {}).label != "oversized"
    assert classifier.classify("x" * 1_025, {}).reasons == ("ua.too_long",)


@pytest.mark.parametrize(
    ("user_agent", "label", "agent"),
    [
        ("axios/1.6.2", "http_library", "axios"),
        ("Mozilla/5.0 (compatible; unheardofbot/1.0)", "crawler", "unheardofbot"),
        ("mozilla/5.0 some headlessbot thing", "crawler", "mozilla"),
        ("(bot)", "crawler", "crawler"),
    ],
)
def test_what_only_the_second_list_knows_has_a_name(
    user_agent: str, label: str, agent: str, classifier: Classifier
) -> None:
    verdict = classifier.classify(user_agent, {})
    assert (verdict.label, verdict.agent) == (label, agent)


def test_the_ruleset_names_the_lists_it_used(classifier: Classifier) -> None:
    assert classifier.ruleset.count("+") == 2
