from __future__ import annotations

from pathlib import Path

import pytest

from onebyone.event import Actor
from onebyone.pipeline.classifier import Classifier
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.networks import Networks, find_lists
from onebyone.pipeline.reweigh import Judged, reweigh
from onebyone.pipeline.rules import Ruleset, read_rules
from pipeline.examples import a_context, an_event
from pipeline.test_judge import BROWSER, CHROME, GOOGLEBOT, HINTS, HTTPS, PAGE, VECTORS

RULES = read_rules()


def own(directory: Path, text: str) -> Ruleset:
    (directory / "rules.toml").write_text(text)
    return read_rules(directory / "rules.toml")


def judged(*reasons: str, actor: str = "human", agent: str = "", confidence: int = 50) -> Judged:
    return Judged(actor, agent, confidence, reasons)


def test_the_same_rules_change_nothing() -> None:
    judge = Judge(Classifier(), networks=Networks(find_lists()))
    worlds = [{}, {**HTTPS, "accept": "*/*"}, BROWSER | HINTS, {"sec-purpose": "prefetch"}]
    for vector in [*VECTORS, {"user_agent": CHROME}, {"user_agent": GOOGLEBOT}]:
        for headers in worlds:
            for address in ("", "3.5.140.0", "66.249.66.0"):
                context = a_context(user_agent=vector["user_agent"], headers=headers, address=address, url=PAGE)
                said = judge.judge(an_event(via="image"), context)
                stored = Judged(said.actor, said.agent, said.confidence, said.reasons)
                assert reweigh(RULES, stored) == stored


def test_other_points_give_another_verdict(tmp_path: Path) -> None:
    rules = own(tmp_path, '[[soft]]\nid = "net.dc"\npoints = 70\n')
    now = reweigh(rules, judged("net.dc", actor="suspect", confidence=40))
    assert now == Judged(Actor.MACHINE_DECLARED, "inferred", 70, ("net.dc",))


def test_other_thresholds_do_too(tmp_path: Path) -> None:
    rules = own(tmp_path, "suspect_at = 45\n")
    assert reweigh(rules, judged("net.dc", actor="suspect", confidence=40)).actor == Actor.HUMAN


def test_a_rule_that_is_off_takes_its_reason_with_it(tmp_path: Path) -> None:
    rules = own(tmp_path, 'off = ["net.dc"]\n')
    assert reweigh(rules, judged("net.dc", actor="suspect")) == judged()
    assert reweigh(rules, judged("net.dc", "hdr.no_hints", actor="suspect")).reasons == ("hdr.no_hints",)


def test_another_actor_of_a_class_reaches_back(tmp_path: Path) -> None:
    rules = own(tmp_path, '[actors]\nai_user_fetch = "human"\n')
    stored = judged("ua.ai_user_fetch", actor="machine_declared", agent="ai_user_fetch", confidence=90)
    assert reweigh(rules, stored).actor == Actor.HUMAN


def test_another_actor_of_a_hard_rule_too(tmp_path: Path) -> None:
    rules = own(tmp_path, '[[hard]]\nid = "spoof"\nactor = "machine_declared"\n')
    assert reweigh(rules, judged("spoof", actor="suspect", agent="Googlebot")).actor == Actor.MACHINE_DECLARED


@pytest.mark.parametrize("reasons", [("list.crawler_user_agents",), ("list.is_bot",), ("provider.sendgrid",), ()])
def test_what_the_reasons_do_not_say_stays(reasons: tuple[str, ...]) -> None:
    stored = judged(*reasons, actor="machine_declared", agent="x", confidence=90)
    assert reweigh(RULES, stored) == stored


def test_a_guard_holds_here_as_well() -> None:
    stored = judged("guard.lynx", "net.dc", "hdr.no_language", actor="suspect", confidence=59)
    assert reweigh(RULES, stored).actor == Actor.SUSPECT
