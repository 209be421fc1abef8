from __future__ import annotations

import json
import re

import pytest
import regex
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from hypothesis import given
from hypothesis import strategies as st
from is_bot import Bots

from onebyone.pipeline.patterns import Patterns, alternatives, letters_of, needed_text
from pipeline.examples import GOLDEN

CRAWLERS = [entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA]
BOTS = sorted(Bots().patterns)
STRINGS = [
    *(one["user_agent"] for one in json.loads((GOLDEN / "vectors/user_agents.json").read_text())["user_agents"]),
    *(instance for entry in CRAWLER_USER_AGENTS_DATA for instance in entry.get("instances", ())),
]


@pytest.fixture(scope="module")
def crawlers() -> Patterns:
    return Patterns(CRAWLERS, re.compile)


@pytest.fixture(scope="module")
def bots() -> Patterns:
    return Patterns(BOTS, lambda text: regex.compile(text, regex.IGNORECASE), ignores_case=True)


def test_the_first_list_finds_what_searching_with_all_of_it_finds(crawlers: Patterns) -> None:
    together = [re.compile(pattern) for pattern in CRAWLERS]
    for string in STRINGS[::7]:
        assert list(crawlers.matching(string, letters_of(string))) == [
            n for n, one in enumerate(together) if one.search(string)
        ], string


def test_the_second_list_says_what_its_package_says(bots: Patterns) -> None:
    package = Bots()
    for string in STRINGS:
        assert (next(bots.matching(string, letters_of(string)), None) is not None) == package.is_bot(string), string


@given(st.text(max_size=80), st.sampled_from(BOTS), st.text(max_size=20))
def test_so_it_does_of_any_text(before: str, pattern: str, after: str) -> None:
    string = before + needed_text(pattern) + after
    found = next(_BOTS.matching(string, letters_of(string)), None) is not None
    assert found == _PACKAGE.is_bot(string)


_BOTS = Patterns(BOTS, lambda text: regex.compile(text, regex.IGNORECASE), ignores_case=True)
_PACKAGE = Bots()


@pytest.mark.parametrize(
    ("expression", "needed"),
    [
        ("Googlebot\\/", "Googlebot/"),
        ("AdsBot-Google([^-]|$)", "AdsBot-Google"),
        ("[wW]get", "get"),
        ("Ahrefs(Bot|SiteAudit)", "Ahrefs"),
        ("^(a|b)$", ""),
        ("one|another", ""),
        ("(?<!lib)http", "http"),
        ("colou?rful", "colo"),
        ("ab{2,3}cdef", "cdef"),
        ("x+yz", "yz"),
        ("\\bsearch\\b", "search"),
        ("[]a]bcd", "bcd"),
        ("^[\\w\\-]+/[\\w]+$", "/"),
        ("a*?bc", "bc"),
        ("ab{cd", "cd"),
    ],
)
def test_a_text_that_an_expression_needs(expression: str, needed: str) -> None:
    assert needed_text(expression) == needed


def test_few_expressions_are_tried_on_every_string(crawlers: Patterns, bots: Patterns) -> None:
    assert len(crawlers._always) < 40 and len(bots._always) < 30


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ("Chirp|gotosocial", ["Chirp", "gotosocial"]),
        ("Ahrefs(Bot|SiteAudit)", ["Ahrefs(Bot|SiteAudit)"]),
        ("a[|]b|c\\|d", ["a[|]b", "c\\|d"]),
        ("(a(|b)|[)])|c", ["(a(|b)|[)])", "c"]),
        ("|x", ["", "x"]),
    ],
)
def test_what_stands_between_bars_that_are_in_no_group(expression: str, parts: list[str]) -> None:
    assert alternatives(expression) == parts
