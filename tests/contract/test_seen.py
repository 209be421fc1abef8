"""What the drop_* steps rely on, run on each implementation."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.seen import MemorySeen
from fakes.state import a_database
from onebyone.pipeline.seen import Seen
from onebyone.state.claims import Claims, Holder

FIRST, SECOND = Holder(hit=b"a" * 16, n=0), Holder(hit=b"b" * 16, n=1, side=1, at_ms=7, order=b"o" * 8)


@pytest.fixture(params=["memory", "state"])
def seen(request: pytest.FixtureRequest, tmp_path: Path) -> Seen:
    return MemorySeen() if request.param == "memory" else Claims(a_database(tmp_path))


def test_the_first_claimant_holds_a_key(seen: Seen) -> None:
    assert seen.claim(b"k" * 16, FIRST, days=8) == FIRST
    assert seen.claim(b"k" * 16, SECOND, days=8) == FIRST
    assert seen.find(b"k" * 16) == FIRST


def test_the_same_claimant_gets_the_same_answer(seen: Seen) -> None:
    assert [seen.claim(b"k" * 16, SECOND, days=8) for _ in range(3)] == [SECOND] * 3


def test_looking_claims_nothing(seen: Seen) -> None:
    assert seen.find(b"k" * 16) is None
    assert seen.claim(b"k" * 16, SECOND, days=8) == SECOND


def test_keys_do_not_meet(seen: Seen) -> None:
    seen.claim(b"k" * 16, FIRST, days=8)
    assert seen.claim(b"j" * 16, SECOND, days=8) == SECOND
