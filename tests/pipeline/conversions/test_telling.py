"""What each copy did to its record."""

from __future__ import annotations

from fakes.shelf import MemoryShelf
from onebyone.event import Event
from onebyone.pipeline.conversions.records import read_record
from onebyone.pipeline.conversions.telling import Account, Change, account_of
from pipeline.conversions.examples import a_copy, count


def _account(events: list[Event]) -> Account:
    shelf = MemoryShelf()
    count(events, shelf=shelf)
    records = [read_record(body) for body in shelf.bodies.values() if body]
    return account_of(next(record for record in records if record.copies))


def _browser(number: int = 1, **given: object) -> Event:
    return a_copy(number, order_id="A", value=12900, currency="EUR", path="/thanks", visitor=7, **given)


def _server(number: int = 2, **given: object) -> Event:
    base = {"order_id": "A", "value": 13390, "currency": "EUR", "tax": 2138, "via": "server", "at_s": 1}
    return a_copy(number, **(base | given))


def test_a_second_copy_is_told_with_its_key_and_what_it_brought() -> None:
    told = _account([_browser(), _server(identifiers={"email": "ab12"})])
    assert [(copy.via, copy.matched_by, copy.fate) for copy in told.copies] == [
        ("tag", "", ""),
        ("server", "order_id", "order_joined"),
    ]
    assert told.copies[1].changes == [
        Change("value", "13390", "12900", True),
        Change("tax", "2138"),
        Change("identifiers.email"),
    ]
    assert told.conversion.flags == ["value_conflict"]
    assert (told.origins["value"], told.origins["path"]) == ("server", "tag")


def test_what_was_said_before_adds_nothing() -> None:
    assert _account([_browser(), _browser(2, at_s=60, nav="reload")]).copies[1].changes == []


def test_ids_of_people_are_named_and_never_shown() -> None:
    told = _account([_browser(user_id="anna@example.org", sealed="s"), _server()])
    texts = [change.after + change.before for change in told.copies[0].changes]
    assert "user_id" in {change.field for change in told.copies[0].changes}
    assert not any("anna" in text for text in texts)


def test_two_records_that_a_third_copy_joins_say_so() -> None:
    first = a_copy(1, event_id="e", via="tag")
    second = a_copy(2, order_id="A", via="server", at_s=1)
    third = a_copy(3, order_id="A", event_id="e", via="server", at_s=2)
    assert [copy.matched_by for copy in _account([first, second, third]).copies] == ["", "bridge", "order_id"]


def test_a_weak_match_is_told_as_one() -> None:
    server = a_copy(2, order_id="A", via="server", visitor=7, at_s=10)
    assert _account([a_copy(1, visitor=7, event_id="x"), server]).copies[1].matched_by == "weak"


def test_each_refund_says_what_it_left() -> None:
    refund = {"name": "refund", "via": "server", "order_id": "A", "currency": "EUR"}
    told = _account(
        [
            _browser(),
            a_copy(5, **refund, adjustment_id="R1", value=2000, at_s=100),
            a_copy(6, **refund, adjustment_id="R1", value=2000, at_s=200),
            a_copy(7, **refund, adjustment_id="R2", value=99_900, at_s=300),
        ]
    )
    assert [(one.adjustment_id, one.net, one.fate) for one in told.adjustments] == [
        ("R1", 10900, ""),
        ("R1", 10900, "adjustment_repeated"),
        ("R2", 0, ""),
    ]
    assert told.adjustments[2].flags == ["over_refunded"]
