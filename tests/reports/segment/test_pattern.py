"""Regular expressions of a rule: what is let through the store knows, and reads as Python does."""

from __future__ import annotations

import os
import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebyone.reports.segment.pattern import MOST_LETTERS, PatternRefused, check
from onebyone.store import Param
from store.engine_fixture import the_engine

_PIECES = [
    "a", "B", "/", "\\d", "\\.", ".", "^", "$", "[a-c]", "[^/]", "[\\w-]", "(", "(?:", ")", "|", "*", "+?", "{2}",
    "{1,3}", "{0}", "{9,}", "ü", "-", "]", "\\b", "\\1", "(?=", "[", "{", "\\", "[]a]", "[z-a]", "[[:alpha:]]",
    "\\p{L}", "(?i)", "(a|b)", "(?:ü)*", "(ü)?", "[ü]{2,}", "(?:/|a.)", "[^\\d]",
]  # fmt: skip
_TEXTS = ["a", "aB/2.", "abcabc", "/ü-a", "aaa/aaa", "1 b"]


def _known(pattern: str) -> bool:
    try:
        check(pattern)
    except PatternRefused:
        return False
    return True


@settings(max_examples=100 if os.environ.get("PROVE") else 2, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_let_through_the_store_reads_as_python_does(seed: int) -> None:
    luck = Random(seed)
    tried = {"".join(luck.choices(_PIECES, k=luck.randint(1, 6))) for _ in range(1_000)}
    found = sorted(filter(_known, tried))
    assert 100 < len(found) < len(tried)
    asked: dict[str, Param] = {"patterns": found, "texts": _TEXTS}
    sql = "SELECT arrayMap(p -> arrayMap(t -> match(t, p), {texts:Array(String)}), {patterns:Array(String)})"
    ((answers,),) = the_engine().query(sql, asked).rows
    for pattern, answer in zip(found, answers, strict=True):
        read = re.compile(pattern, re.ASCII | re.DOTALL)
        assert [bool(one) for one in answer] == [read.search(text) is not None for text in _TEXTS], pattern


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("a" * (MOST_LETTERS + 1), "at most 200 letters"),
        ("(a", "Letter 3 of the pattern: A group has no end"),
        ("a)", "Letter 2 of the pattern: This `)` closes nothing"),
        ("*a", "Letter 1 of the pattern: `*` repeats nothing"),
        ("a**", "repeated twice"),
        ("a{2}{3}", "repeated twice"),
        ("[a", "A set of letters has no end"),
        ("[z-a]", "from one letter to a later one"),
        ("[[:alpha:]]", "for the letter in a set"),
        ("aü*", "put it in `(?: )`"),
        ("^*", "cannot be repeated"),
        ("a{x}", "Write how often as"),
        ("a{5,2}", "The smaller number comes first"),
        ("(?=a)", "To look ahead or behind is not possible"),
        ("(a)\\1", "Behind a backslash stands a mark"),
        ("a\\", "Behind a backslash stands a mark"),
        ("((a{40}){40})", "may stand for 1,000 letters"),
        (".{1001}", "may stand for 1,000 letters"),
        ("(" * 12 + "a" + ")" * 12, "10 deep at most"),
    ],
)
def test_what_is_not_says_why(pattern: str, says: str) -> None:
    with pytest.raises(PatternRefused, match=re.escape(says)):
        check(pattern)
