"""The record behind an order, on its Fate page and in the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from fakes.state import a_database
from onebyone.event import Event
from onebyone.pipeline.conversions.counting import Counting
from onebyone.reports.fate import Fate
from onebyone.state.claims import Claims
from onebyone.state.conversions import Conversions
from onebyone.web import account
from onebyone.web.story import tell
from pipeline.conversions.examples import a_copy
from web.month import NOW, a_drop, an_event

ORDER: dict[str, Any] = {"order_id": "A", "currency": "EUR"}


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Conversions]:
    yield Conversions(a_database(tmp_path))


def _count(held: Conversions, *events: Event) -> list[Any]:
    counting = Counting(held)
    told = [counting.sight(event) for event in events]
    counting.finish()
    held.commit(0, Claims(held._engine))
    return told


def _story(held: Conversions) -> tuple[Any, list[Any]]:
    first = a_copy(1, **ORDER, value=12900, visitor=7)
    second = a_copy(2, **ORDER, value=13390, tax=2138, via="server", at_s=1)
    refund = a_copy(3, **ORDER, name="refund", value=2000, adjustment_id="R-1177", via="server", at_s=90)
    kept = _count(held, first, second, refund)[0]
    rows = [
        an_event(**_of(first), conversion=kept.conversion, order_id="A", value=12900),
        an_event(**_of(refund), name="refund", via="server", order_id="A", value=2000),
    ]
    fate = Fate(rows, [a_drop(**_of(second), via="server", reason="order_joined", value=13390, order_id="A")])
    accounts = account.find_accounts(held, "s1", fate, sees=True)
    return tell("A", fate, zone="Europe/Berlin", now=NOW, final_at=None, accounts=accounts), accounts


def _of(event: Event) -> dict[str, Any]:
    return {"hit": event.hit, "at": _text(event.at), "received_at": _text(event.received_at)}


def _text(at: datetime) -> str:
    return at.isoformat()


def test_a_copy_says_which_key_matched_and_what_it_changed(held: Conversions) -> None:
    story, _ = _story(held)
    facts = [(fact.text, fact.warn) for fact in story.moments[1].facts]
    assert ("matched by order id", False) in facts
    assert ("value €129.00 → €133.90", True) in facts
    assert ("+ tax €21.38", False) in facts


def test_a_refund_is_told_apart_with_what_is_left(held: Conversions) -> None:
    story, _ = _story(held)
    assert len(story.moments) == 2 and story.lead.endswith("Seen twice, counted once.")
    assert [(one.headline, one.text.rpartition(". ")[2]) for one in story.since] == [
        ("Refund R-1177, €20.00.", "Net is €113.90 after it.")
    ]
    assert story.strip[0] == ("€133.90", "gross, €113.90 after refunds")


def test_gross_refunds_and_net_are_written_out_and_conflicts_are_in_words(held: Conversions) -> None:
    story, _ = _story(held)
    lines = {line.name: (line.value, line.by) for line in story.worth}
    assert lines["Gross"] == ("€133.90", "server")
    assert (lines["Refunds"][0], lines["Net"][0]) == ("€20.00", "€113.90")
    assert "Value" not in dict(story.record)  # of the first copy alone: it would contradict the sums
    assert lines["Note"][0] == "Two copies name different amounts. The server's counts."


def test_the_api_tells_the_same_without_ids_of_people(held: Conversions) -> None:
    _, accounts = _story(held)
    told = account.as_json(accounts[0])
    assert (told["gross"], told["refunded"], told["net"], told["copies"]) == (13390, 2000, 11390, 2)
    assert "event" not in told and [copy.matched_by for copy in told["told_copies"]] == ["", "order_id"]


def test_an_event_without_a_record_has_no_account(held: Conversions) -> None:
    assert account.find_accounts(held, "s1", Fate([an_event()], []), sees=True) == []


def test_a_record_is_masked_for_who_may_not_see_personal_data(held: Conversions) -> None:
    private = {"user_id": "anna", "referrer": "shop.example/?mail=anna", "properties": {"nick": "anna"}}
    first = a_copy(1, **ORDER, value=12900, **private)
    again = a_copy(
        2, **ORDER, value=12900, via="server", at_s=1, properties={"nick": "anna2"}, referrer="a.example/anna"
    )
    kept = _count(held, first, again)[0]
    fate = Fate([an_event(**_of(first), conversion=kept.conversion, order_id="A")], [])
    seen, masked = (account.find_accounts(held, "s1", fate, sees=sees)[0] for sees in (True, False))
    assert "anna" in str(seen.conversion.event.properties) and "anna" in str(seen.copies)
    event = masked.conversion.event
    assert (event.user_id, event.referrer, event.properties) == ("•••", "•••", {"nick": "•••"})
    assert "anna" not in str(masked.copies) and "•••" in str(masked.copies)
    assert [len(copy.changes) for copy in masked.copies] == [len(copy.changes) for copy in seen.copies]
