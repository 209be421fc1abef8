from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from fakes.state import in_memory
from onebyone.state.seals import KeyGone, NotSealed, Seals, Unsealed, join_sealed

DAY_MS = 86_400_000
NOW_MS = 20_000 * DAY_MS
PERSON = {"email": "ada@example.com", "phone": "+49 30 1234567"}


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = in_memory()
    yield engine
    engine.dispose()


def test_what_is_sealed_can_be_read_by_its_site_and_by_no_other(engine: Engine) -> None:
    sealed = Seals(engine).seal("s1", PERSON, "203.0.113.9", now_ms=NOW_MS)
    assert "ada" not in sealed and "203" not in sealed
    assert Seals(engine).unseal("s1", sealed) == Unsealed(PERSON, "203.0.113.9")
    with pytest.raises(NotSealed):
        Seals(engine).unseal("s2", sealed)


def test_nothing_is_sealed_to_nothing(engine: Engine) -> None:
    assert Seals(engine).seal("s1", {}, "", now_ms=NOW_MS) == ""


def test_the_address_goes_after_eight_days_and_user_data_after_ninety(engine: Engine) -> None:
    seals = Seals(engine)
    sealed = seals.seal("s1", PERSON, "203.0.113.9", now_ms=NOW_MS)
    alone = seals.seal("s1", None, "203.0.113.9", now_ms=NOW_MS)
    seals.expire(NOW_MS + 8 * DAY_MS)
    assert seals.unseal("s1", sealed).address == "203.0.113.9"
    seals.expire(NOW_MS + 9 * DAY_MS)
    assert seals.unseal("s1", sealed) == Unsealed(PERSON, "")
    with pytest.raises(KeyGone):
        seals.unseal("s1", alone)
    seals.expire(NOW_MS + 91 * DAY_MS)
    with pytest.raises(KeyGone):
        Seals(engine).unseal("s1", sealed)
    with pytest.raises(KeyGone):
        seals.unseal("s1", sealed)


def test_two_processes_have_one_key_of_the_day(engine: Engine) -> None:
    one, other = Seals(engine), Seals(engine)
    one.refresh(NOW_MS)
    other.refresh(NOW_MS)
    assert one.visitor("s1", "a", "b", day=20_000) == other.visitor("s1", "a", "b", day=20_000)


def test_a_daily_visitor_is_another_tomorrow_and_elsewhere(engine: Engine) -> None:
    seals = Seals(engine)
    made = {seals.visitor(site, "a", "b", day=day) for site in ("s1", "s2") for day in (20_000, 20_001)}
    assert len(made) == 4


def test_a_salt_is_gone_when_its_day_is_over(engine: Engine) -> None:
    seals = Seals(engine)
    before = seals.visitor("s1", "a", "b", day=20_000)
    assert seals.expire(NOW_MS + DAY_MS) == 1
    assert seals.visitor("s1", "a", "b", day=20_000) != before


def test_an_id_that_may_not_be_kept_has_one_other_word_for_four_weeks_and_none_that_lasts(engine: Engine) -> None:
    seals, weeks_ms = Seals(engine), 28 * DAY_MS
    start = NOW_MS // weeks_ms * weeks_ms
    word = seals.blind("s1", "purchase:1001", now_ms=start)
    assert "1001" not in word and Seals(engine).blind("s1", "purchase:1001", now_ms=start + weeks_ms - 1) == word
    others = [("s2", "purchase:1001", start), ("s1", "purchase:1002", start), ("s1", "purchase:1001", start + weeks_ms)]
    assert len({word, *(seals.blind(site, id, now_ms=at) for site, id, at in others)}) == 4
    seals.expire(start + 36 * DAY_MS)  # a hit lives seven days: what is replayed finds its salt
    assert seals.blind("s1", "purchase:1001", now_ms=start) == word
    seals.expire(start + 37 * DAY_MS)
    assert seals.blind("s1", "purchase:1001", now_ms=start) != word


@pytest.mark.parametrize(
    "text", ["", "x", "1.2", "20000.a.b.c", "20000.AAAA.", "-1.a.", "99999999999.a.b", "20000.!.!"]
)
def test_what_nobody_sealed_is_told_apart(engine: Engine, text: str) -> None:
    seals = Seals(engine)
    seals.refresh(NOW_MS)
    with pytest.raises((NotSealed, KeyGone)):
        seals.unseal("s1", text)


def test_user_data_of_one_copy_and_the_address_of_another_become_one_text(engine: Engine) -> None:
    seals = Seals(engine)
    page = seals.seal("s1", None, "203.0.113.7", now_ms=NOW_MS)
    server = seals.seal("s1", {"email": "jane@example.com"}, "", now_ms=NOW_MS)
    found = seals.unseal("s1", join_sealed([page, server]))
    assert (found.user_data, found.address) == ({"email": "jane@example.com"}, "203.0.113.7")
    later = seals.seal("s1", {"email": "jane@example.com"}, "", now_ms=NOW_MS + 86_400_000)
    assert join_sealed([page, later]) == later
    assert join_sealed([page]) == page and join_sealed([]) == ""
