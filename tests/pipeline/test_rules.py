from __future__ import annotations

from pathlib import Path

import pytest

from onebyone.event import Actor
from onebyone.pipeline.classifier import Classifier
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.rules import RulesUnreadable, read_rules
from pipeline.examples import a_context, an_event


def own(directory: Path, text: str) -> Path:
    path = directory / "rules.toml"
    path.write_text(text)
    return path


def test_the_points_are_the_specifications() -> None:
    points = {rule.when: rule.points for rule in read_rules().soft}
    assert points == {
        "datacenter": 40, "no_hints": 30, "hints_disagree": 30, "no_fetch_metadata": 25, "accept_not_image": 15,
        "no_accept_language": 20, "old_major": 10, "impossible_agent": 35, "no_size": 10, "no_languages": 10,
        "never_visible": 10, "many_views": 30, "equal_intervals": 30, "no_engagement": 30, "trapped": 60,
        "interaction": -40, "person_before": -30,
    }  # fmt: skip
    assert (read_rules().machine_at, read_rules().suspect_at) == (60, 30)


def test_no_weak_sign_is_a_hard_rule() -> None:
    """Old majors, data centres and missing headers look like people behind proxies."""
    assert not {rule.when for rule in read_rules().hard} & {"datacenter", "old_major", "no_accept_language"}


def test_the_operators_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    text = 'suspect_at = 50\noff = ["ua.old_major", "guard.lynx"]\n[[soft]]\nid = "net.dc"\npoints = 5\n'
    text += '[[agent]]\nid = "own.monitor"\nhow = "has"\nwords = ["OurMonitor"]\nclass = "monitor"\n'
    text += '[actors]\nours = "human"\n'
    rules, ours = read_rules(own(tmp_path, text)), read_rules()
    points = {rule.id: rule.points for rule in rules.soft}
    assert (rules.suspect_at, rules.machine_at, points["net.dc"]) == (50, 60, 5)
    assert len(rules.soft) == len(ours.soft) - 1 and rules.agent[0].id == "own.monitor"
    assert "guard.lynx" not in {rule.id for rule in rules.agent}
    assert rules.actors["ours"] == Actor.HUMAN and rules.version.startswith(f"{ours.version}+own.")


def test_what_the_operator_allows_is_as_configured(tmp_path: Path) -> None:
    text = '[[agent]]\nid = "own.app"\nhow = "starts"\nwords = ["curl/7.0 (our app)"]\nclass = "ours"\n'
    text += '[actors]\nours = "human"\n'
    judge = Judge(Classifier(read_rules(own(tmp_path, text))))
    verdict = judge.judge(an_event(via="image"), a_context(user_agent="curl/7.0 (our app) v2"))
    assert (verdict.actor, verdict.reasons) == (Actor.HUMAN, ("own.app",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("machine_at = ", "rules.toml"),
        ('machine_at = "many"', "machine_at"),
        ('[[soft]]\nid = "x"\nwhen = "full_moon"\npoints = 1', "full_moon"),
        ("soft = 5", "rules.toml"),
        ("typo = 1", "typo"),
        ('[[agent]]\nid = "a"\nhow = "fits"\nwords = ["(x"]\nclass = "monitor"', "unterminated"),
        ('[[agent]]\nid = "a"\nhow = "fits"\nwords = ["(?i)x"]\nclass = "monitor"', "flags"),
        ('[[hard]]\nid = "spoof"\nactor = "robot"', "robot"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RulesUnreadable, match=said):
        read_rules(own(tmp_path, text))


def test_no_file_is_the_packages_rules_alone(tmp_path: Path) -> None:
    assert read_rules(tmp_path / "rules.toml") == read_rules()


def test_ids_are_used_once_each() -> None:
    rules = read_rules()
    for group in (rules.hard, rules.soft):
        ids = [rule.id for rule in group]
        assert len(ids) == len(set(ids))
