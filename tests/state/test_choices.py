from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from fakes.state import in_memory
from onebyone.consent.decision import Known
from onebyone.consent.said import Choice
from onebyone.event import LIMITED_USE, Permission
from onebyone.state.choices import Choices, Permissions, Remembered
from onebyone.state.suppression import Suppression

STATISTICS = Permission.ANALYTICS.bit


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = in_memory()
    yield engine
    engine.dispose()


def said(at_ms: int, *, granted: bool, region: str = "DE") -> Remembered:
    known = Known((Choice(Permission.ANALYTICS, granted, at_ms),))
    return Remembered(at_ms, STATISTICS if granted else 0, region, known)


def test_what_was_known_then_is_told_then_and_what_is_known_now_is_told_now(engine: Engine) -> None:
    choices = Choices(engine)
    choices.learn("s1", 7, said(100, granted=True))
    choices.learn("s1", 7, said(200, granted=False))
    choices.commit()
    fresh = Choices(engine)
    fresh.prefetch([("s1", 7), ("s1", 8), ("s2", 7), ("s1", 0)])
    assert [fresh.find("s1", 7, at) for at in (100, 101, 200)] == [
        None,
        said(100, granted=True),
        said(100, granted=True),
    ]
    assert fresh.find("s1", 7, 201) == said(200, granted=False)
    assert fresh.find("s2", 7, 999) is None
    now = Permissions(engine, Suppression(engine))
    assert (now.now("s1", 7), now.now("s1", 8)) == (0, None)


def test_a_choice_told_again_is_one_version_and_a_replay_adds_none(engine: Engine) -> None:
    choices = Choices(engine)
    for at in (100, 150, 100):
        choices.learn("s1", 7, said(at, granted=True))
    choices.learn("s1", 7, said(200, granted=False))
    choices.learn("s1", 7, said(150, granted=True))
    choices.commit()
    assert [choices.find("s1", 7, at + 1) for at in (100, 150, 200)] == [
        said(100, granted=True),
        said(100, granted=True),
        said(200, granted=False),
    ]


def test_a_withdrawal_is_a_yes_that_became_a_no_and_no_journey(engine: Engine) -> None:
    choices = Choices(engine)
    for at, granted in ((100, False), (200, True), (300, False), (400, True)):
        choices.learn("s1", 7, said(at, granted=granted))
    choices.learn("s1", 8, Remembered(100, STATISTICS, "US", Known()))
    choices.learn("s1", 8, Remembered(200, 0, "DE", Known()))  # another rule holds there
    assert choices.withdrawals() == [("s1", 7, 300)]
    choices.commit()
    assert choices.withdrawals() == []
    fresh = Choices(engine)
    assert [fresh.withdrawn_ms("s1", visitor) for visitor in (7, 8, 9)] == [300, 0, 0]
    fresh.learn("s1", 8, said(500, granted=True))
    fresh.learn("s1", 8, said(600, granted=False, region="US"))  # said there, so wherever it was said
    assert fresh.withdrawn_ms("s1", 8) == 600


def test_what_was_not_committed_is_forgotten(engine: Engine) -> None:
    choices = Choices(engine)
    choices.learn("s1", 7, said(100, granted=True))
    choices.discard()
    assert choices.find("s1", 7, 999) is None
    choices.commit()
    assert Permissions(engine, Suppression(engine)).now("s1", 7) is None


def test_a_choice_is_remembered_for_400_days(engine: Engine) -> None:
    choices = Choices(engine)
    choices.learn("s1", 7, said(100, granted=True))
    choices.commit()
    assert (choices.expire(400 * 86_400_000), choices.expire(400 * 86_400_000 + 101)) == (0, 1)


def test_an_erased_visitor_is_not_remembered(engine: Engine) -> None:
    choices = Choices(engine)
    choices.learn("s1", 7, said(100, granted=True))
    choices.commit()
    assert choices.forget("s1", [7, 8]) == 1
    assert choices.find("s1", 7, 999) is None


def test_who_is_suppressed_allows_nothing_but_security(engine: Engine) -> None:
    suppression = Suppression(engine)
    assert suppression.add("s1", [("visitor", "7"), ("user", "u7")], why="objected", now_ms=1) == 2
    assert suppression.add("s1", [("visitor", "7")], why="objected", now_ms=2) == 0
    suppression.add("s1", [("user", "u8")], why="erased", now_ms=1)
    now = Permissions(engine, Suppression(engine))
    assert (now.now("s1", 7), now.now("s2", 7)) == (Permission.SECURITY.bit, None)
    suppression.refresh()
    assert suppression.why("s1", ("visitor", "7"), ("user", "")) == "objected"
    assert suppression.why("s1", ("visitor", "7"), ("user", "u8")) == "erased"
    assert suppression.why("s2", ("visitor", "7")) == "" == suppression.why("s1", ("visitor", "9"))


def test_that_a_signal_alone_refuses_is_no_change_of_what_is_allowed(engine: Engine) -> None:
    choices = Choices(engine)
    allowed = Permission.SECURITY.bit | Permission.ANALYTICS.bit
    for at_ms, permissions in ((100, allowed), (200, allowed | LIMITED_USE), (300, Permission.SECURITY.bit)):
        choices.learn("s1", 7, Remembered(at_ms, permissions, "US-CA", Known()))
    assert [one.at_ms for one in choices.changes("s1", 7)] == [300]
