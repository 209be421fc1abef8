"""The text of a rule: what is written is read again, and what is wrong says where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.reports.segment.read import read
from onebyone.reports.segment.rule import MOST_DEPTH, All, Did, InOrder, Last, Not, Predicate, Rule, Step, Times, depth
from onebyone.reports.segment.tokens import RuleUnreadable
from onebyone.reports.segment.write import RESERVED, in_line, write
from reports.segment.rules import rules


@given(rules.filter(lambda rule: depth(rule) <= MOST_DEPTH))
def test_what_is_written_is_read_again(rule: Rule) -> None:
    assert read(write(rule)) == rule
    assert read(f"people who {in_line(rule)}") == rule


@given(st.text(min_size=1, max_size=60).filter(str.isprintable))
def test_any_text_can_be_a_value_and_a_name(text: str) -> None:
    rule = Did(text, (Predicate("property", "is", (text,), text),))
    assert read(write(rule)) == rule


@given(st.text(alphabet='people who did not and or ( ) "x" 12 at least\n\\', max_size=80))
def test_any_other_text_is_a_rule_or_told_with_its_place(text: str) -> None:
    try:
        read(text)
    except RuleUnreadable as error:
        assert 0 <= error.at <= len(text) and error.line >= 1 and error.column >= 1
        assert error.shown.endswith("^")


def test_steps_in_order_with_all_that_may_be_said_of_them() -> None:
    text = (
        "people who\n  did add_to_cart where value > 50 then begin_checkout then anything in one session "
        "within 2 hours without refund between without purchase since in the last 7 days"
    )
    rule = InOrder(
        (Step("add_to_cart", (Predicate("value", ">", ("50",)),)), Step("begin_checkout"), Step("")),
        7_200, False, True, Step("refund"), Step("purchase"), Last(7),
    )  # fmt: skip
    assert read(text) == rule and write(rule) == text


def test_a_backslash_before_another_letter_is_itself() -> None:
    once, twice = (read(f'people who did a where page matches "^/{mark}d"') for mark in ("\\", "\\\\"))
    assert once == twice == Did("a", (Predicate("page", "matches", ("^/\\d",)),))


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_a_word_of_the_language_is_a_name_in_quotes(word: str) -> None:
    rule = Did(word)
    assert read(write(rule)) == rule


def test_the_sentence_of_the_specification() -> None:
    rule = read(
        "People who did purchase at least 2 times in the last 90 days, and".replace(",", "") + " did not refund"
    )
    assert rule == All((Did("purchase", measure=Times(count=2), window=Last(90)), Not(Did("refund"))))


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("", 1, 1, "begins with `people who`"),
        ("buyers", 1, 1, "begins with `people who`"),
        ("people who", 1, 11, "Write `did` and an event"),
        ("people who bought", 1, 12, "Write `did` and an event"),
        ("people who\n  did", 2, 6, "the name of an event"),
        ("people who did at", 1, 16, 'stands in quotes: "at"'),
        ("people who did a and did b or did c", 1, 28, "put one of them in ( )"),
        ("people who (did a", 1, 18, "Close the group"),
        ("people who did a)", 1, 17, "Here the rule should end"),
        ("people who not not did a", 1, 12, "take both away"),
        ("people who first did not a", 1, 22, "Write `not first did ...`"),
        ("people who did a where contry is \"x\"", 1, 24, "Did you mean `country`?"),
        ("people who did a where country", 1, 31, "Compare with one of"),
        ("people who did a where country is DE", 1, 35, "in quotes"),
        ("people who did a where country is \"\"", 1, 35, "is not set"),
        ("people who did a where value is \"5\"", 1, 30, "Compare with one of `<`"),
        ("people who did a where property n > many", 1, 37, "Write a number"),
        ("people who did a at least two times", 1, 27, "how many times"),
        ("people who did a at least 2", 1, 28, "Write `times` after the number"),
        ("people who did a at most 2 times in one session", 1, 34, "only `at least`"),
        ("people who did a with total of value", 1, 23, "`sum`, `average`"),
        ("people who did a with sum of value at least -1", 1, 45, "not below 0"),
        ("people who did a in the last 541 days", 1, 30, "from 1 to 540"),
        ("people who did a 60 to 30 days ago", 1, 18, "The smaller number comes first"),
        ("people who did a between 2026-13-01 and 2026-12-01", 1, 26, "2026-10-01"),
        ("people who did a between 2026-10-02 and 2026-10-01", 1, 18, "The first day comes first"),
        ("people who did \"a", 1, 16, "close it"),
        ("people who did not a then b", 1, 16, "`did` or `not did`"),
        ("people who first did a then b", 1, 22, "`did` or `not did`"),
        ("people who did a then b then c then d then e then f", 1, 18, "At most 5 steps"),
        ("people who did a then b within 3", 1, 33, "`hours` or `days` after the number"),
        ("people who did a then b within 541 days", 1, 32, "At most 540 days"),
        ("people who did a then b without c", 1, 25, "`without refund between`"),
        ("people who did a then b directly without c between", 1, 34, "not beside `directly`"),
        ("people who did a without b between", 1, 18, "of two steps or more"),
        ("people who did a then b without c since without d since", 1, 41, "each once"),
        ('people who did a where page matches "(a"', 1, 37, "Letter 3 of the pattern: A group has no end"),
        ('people who did a where value matches "a"', 1, 30, "Compare with one of `<`"),
        ("people who did a in at least 3 last weeks", 1, 32, "in at least 3 of the last 4 weeks"),
        ("people who did a in at least 5 of the last 4 weeks", 1, 44, "no more of them"),
        ("people who did a in at least 5 of the last 78 weeks", 1, 44, "At most 77 weeks"),
        ("people who did a in at most 1 of the last 4 years", 1, 45, "`days`, `weeks` or `months`"),
        ("people who did a but not in the last 4 days", 1, 18, "Say before when they did it"),
        ("people who did a 3 to 9 days ago but not in the last 4 days", 1, 34, "up to 3 days ago"),
        ("people who did a 3 to 9 days ago but now", 1, 38, "`but not in the last 60 days`"),
        ("people who did not a 3 to 9 days ago but not in the last 2 days", 1, 38, "Write `not did ...`"),
        ("people who did a; DROP TABLE events", 1, 17, "`;` says nothing here"),
        ("people who did a " + "and did a " * 25, 1, 267, "at most 25 conditions"),
        ("people who " + "(" * 40, 1, 21, "4 deep at most"),
        ("people who did a and (did b or (did c and (did d or (did e and did f))))", 1, 18, "4 deep at most"),
        ("people who did " + "a" * 9_000, 1, 8_000, "at most 8,000 letters"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(RuleUnreadable) as found:
        read(text)
    assert (found.value.line, found.value.column, says in str(found.value)) == (line, column, True), str(found.value)
