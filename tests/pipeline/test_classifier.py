from __future__ import annotations

import json
from typing import Any

import pytest

from onebyone.pipeline.classifier import Classifier, speculation
from pipeline.examples import GOLDEN

_VECTORS = json.loads((GOLDEN / "vectors/user_agents.json").read_text())


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier()


@pytest.mark.parametrize("vector", _VECTORS["user_agents"], ids=lambda vector: vector["user_agent"][:60] or "empty")
def test_a_published_string_gets_its_published_actor(vector: Any, classifier: Classifier) -> None:
    actor = classifier.of_agent(vector["user_agent"]).actor
    assert ("automated" if actor.startswith("machine_") else actor) == vector["expect_web"]


def test_every_label_of_ours_is_a_documented_one(classifier: Classifier) -> None:
    rules = classifier.rules
    ours = {rule.label for rule in rules.agent} | set(rules.actors) | set(rules.tags.values())
    assert ours <= set(_VECTORS["labels"])


@pytest.mark.parametrize(
    ("headers", "sign"),
    [
        ({"sec-purpose": "prefetch"}, "sec_purpose"),
        ({"sec-purpose": "prefetch;prerender"}, "sec_purpose"),
        ({"sec-purpose": " prefetch ; anonymous-client-ip"}, "sec_purpose"),
        ({"purpose": "Prefetch"}, "purpose"),
        ({"x-moz": "prefetch"}, "x_moz"),
        ({"x-purpose": "preview"}, "x_purpose"),
    ],
)
def test_a_browser_says_that_nobody_looks_yet(headers: dict[str, str], sign: str) -> None:
    assert speculation(headers) == sign


@pytest.mark.parametrize("headers", [{"sec-purpose": "Prefetch"}, {"sec-purpose": "x;prefetch"}, {"purpose": "buy"}])
def test_other_purposes_are_none(headers: dict[str, str]) -> None:
    assert not speculation(headers)


def test_more_than_a_kilobyte_is_no_browser(classifier: Classifier) -> None:
    assert classifier.of_agent("x" * 1_024).label != "oversized"
    assert classifier.of_agent("x" * 1_025).reasons == ("ua.too_long",)


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
    verdict = classifier.of_agent(user_agent)
    assert (verdict.label, verdict.agent) == (label, agent)


def test_the_ruleset_names_the_lists_it_used(classifier: Classifier) -> None:
    assert classifier.ruleset.count("+") == 2
    assert Classifier(lists=("is-bot",)).ruleset.count("+") == 1


def test_a_list_can_be_left_out(classifier: Classifier) -> None:
    agent = "SomeUnheardOf-crawlerlike spider/1.0"
    assert classifier.of_agent(agent).actor.startswith("machine")
    assert Classifier(lists=()).of_agent(agent).actor == "human"
