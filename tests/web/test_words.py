"""Nothing is without its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import onebyone.pipeline
from onebyone.event import COPIES, Actor, Fate, Reason, Via
from onebyone.pipeline.judge import UNVERIFIED, VERIFIED
from onebyone.pipeline.rules import read_rules
from onebyone.state.users import Role
from onebyone.web import flag_words, words
from onebyone.web.words import Words

CATALOGUES = [
    (words.REASONS, Reason),
    (words.ACTORS, Actor),
    (words.FATES, Fate),
    (words.VIAS, Via),
]
MAIL_RULES = (Path(onebyone.pipeline.__file__).parent / "mail_rules.py").read_text()
SPRITE = (Path(words.__file__).parent / "templates" / "_sprite.svg").read_text()


@pytest.mark.parametrize(("catalogue", "members"), CATALOGUES)
def test_every_member_has_a_title_and_two_sentences(catalogue: dict[str, Words], members: type[Reason]) -> None:
    assert set(catalogue) == set(members)
    for told in catalogue.values():
        assert told.title and told.happened.endswith(".") and told.to_do.endswith(".")
        assert "!" not in told.happened + told.to_do
        assert f'id="g-{told.glyph}"' in SPRITE


def test_every_glyph_that_a_page_may_name_is_drawn() -> None:
    """Glyphs stand before a tone, in words that pages show and in their templates."""
    room = Path(words.__file__).parent
    named = {
        glyph
        for file in (*room.rglob("*.py"), *room.rglob("*.html"))
        for glyph in re.findall(r"""["'](\w+)["'], ["'](?:ok|wa|ba)["']""", file.read_text())
    }
    assert {"full", "half", "x"} < named
    assert {glyph for glyph in named if f'id="g-{glyph}"' not in SPRITE} == set()


def test_every_rule_about_e_mails_has_its_words() -> None:
    rules = set(re.findall(r'"((?:ua|net|time|burst|click|hdr|page|req)\.[a-z_]+|tampered|else)"', MAIL_RULES))
    assert rules - set(words.RULES) == set() and len(rules) > 15


def test_every_role_says_what_it_may() -> None:
    assert set(words.ROLES) == set(Role)


def test_every_flag_of_the_pipeline_has_its_words() -> None:
    """Flags are texts: those that stand in a list or an append next to the word flag or noticed."""
    found: set[str] = set()
    for file in Path(onebyone.pipeline.__file__).parent.rglob("*.py"):
        for line in file.read_text().splitlines():
            if "flags" in line or "noticed" in line or "_missing" in line:
                found |= set(
                    re.findall(r'\["([a-z_]+)"\]|, "([a-z_]+)"\]|append\("([a-z_]+)"\)', line)
                    and [
                        next(filter(None, groups))
                        for groups in re.findall(r'\["([a-z_]+)"\]|, "([a-z_]+)"\]|append\("([a-z_]+)"\)', line)
                    ]
                )
    assert found >= {"event_id_reused", "not_an_id"}
    assert found <= set(flag_words.FLAGS), found - set(flag_words.FLAGS)


def test_every_rule_of_the_verdict_has_its_words() -> None:
    source = (Path(onebyone.pipeline.__file__).parent / "classifier.py").read_text()
    shipped = read_rules()
    rules = (
        {rule.id for rule in shipped.agent} | {rule.id for rule in shipped.hard} | {rule.id for rule in shipped.soft}
    )
    rules |= {VERIFIED, UNVERIFIED}
    rules |= set(re.findall(r'"((?:hdr|js|list|ua)\.[a-z_]+)"', source))
    assert "ua.empty" in rules and "hdr.purpose" in rules
    assert rules <= set(words.RULES), rules - set(words.RULES)


def test_the_last_word_of_a_row_tells_copies_from_drops() -> None:
    assert words.of_fate("kept", "", "human").title == "kept"
    assert words.of_fate("kept", "", "machine_declared").title == "kept, as machine"
    assert words.of_fate("dropped", Reason.ORDER_JOINED, "human").title == "joined"
    assert {words.of_fate("dropped", reason, "human").title for reason in COPIES} == {"joined", "not counted"}
    assert words.of_fate("dropped", Reason.NAME_MISSING, "human").title == "dropped"
    assert words.of_fate("failed", "ValueError", "human").title == "failed"


def test_what_the_catalogue_does_not_know_is_told_as_it_is() -> None:
    assert words.of_reason("ZeroDivisionError").title == "Failed: ZeroDivisionError"
    assert flag_words.of_flag("brand_new").title == "brand new"
    assert words.of_rule("new.rule_here") == "new.rule here"
