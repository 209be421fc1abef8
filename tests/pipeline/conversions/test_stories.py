"""What copies and adjustments make of a conversion, and what bad ones do not."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from onebyone.event import Conversion, Drop, Event
from pipeline.conversions.examples import a_copy, count

STORIES = sorted((Path(__file__).parents[2] / "golden" / "conversions").glob("*.json"))


def _copies(story: dict[str, Any]) -> list[Event]:
    return [a_copy(number, **row) for number, row in enumerate(story["copies"], 1)]


def _shown(one: Conversion, names: dict[str, Any]) -> dict[str, Any]:
    """Of the record, else of its event."""
    return {
        name: getattr(one, name) if name in Conversion.__struct_fields__ else getattr(one.event, name) for name in names
    }


def _check(story: dict[str, Any], found: dict[str, Conversion], *, any_order: bool = False) -> None:
    live = sorted(
        (one for one in found.values() if one.status != "joined"), key=lambda one: (one.event.at, one.event.order_id)
    )
    assert len(live) == len(story["records"])
    for one, expected in zip(live, story["records"], strict=True):
        expected = {name: value for name, value in expected.items() if not (any_order and name == "matched_by")}
        assert _shown(one, expected) == expected


@pytest.mark.parametrize("file", STORIES, ids=lambda file: file.stem)
def test_the_copies_of_a_story_make_its_records(file: Path) -> None:
    story = json.loads(file.read_text())
    found = count(_copies(story))
    _check(story, found.conversions)
    if "told" in story:
        assert [one.reason.value if isinstance(one, Drop) else "kept" for one in found.told] == story["told"]


@pytest.mark.parametrize("file", STORIES, ids=lambda file: file.stem)
def test_a_story_told_in_another_order_ends_the_same(file: Path) -> None:
    story = json.loads(file.read_text())
    for seed in range(4):
        copies = _copies(story)
        random.Random(seed).shuffle(copies)
        _check(story, count(copies, at_once=1 + seed).conversions, any_order=True)


def test_a_record_says_when_the_site_itself_first_spoke_of_it() -> None:
    browser = a_copy(1, order_id="A", value=500, currency="EUR")
    server = a_copy(2, order_id="A", value=500, currency="EUR", via="server", after_s=90)
    listed = a_copy(3, order_id="A", via="import", after_s=50)
    clicked = a_copy(4, order_id="A", via="link", after_s=10)
    refund = a_copy(5, order_id="A", name="refund", via="server", adjustment_id="r", after_s=70)
    claimed = a_copy(6, order_id="A", name="refund", via="tag", adjustment_id="s", after_s=5)
    for copies, first in (
        ([browser, clicked, claimed], None),
        ([server, browser], server),
        ([browser, refund], refund),
        ([browser, server, refund, listed], listed),
    ):
        (one,) = count(copies).conversions.values()
        assert one.confirmed_at == (first.received_at if first else None)


def test_of_many_copies_the_first_word_of_the_site_is_kept() -> None:
    copies = [
        a_copy(n, order_id="A", value=500, currency="EUR", via="server", at_s=-n, after_s=2 * n) for n in range(1, 200)
    ]
    (one,) = count(copies, at_once=7).conversions.values()
    assert (one.copies, one.confirmed_at) == (199, copies[0].received_at)
