"""How the count came about."""

from __future__ import annotations

from onebyone.event import COPIES
from onebyone.web.desk import Answer
from onebyone.web.ledger import count_ledger, phrase


def test_the_ledger_adds_up() -> None:
    rows = [
        {"reason": "kept", "copies": 2492},
        {"reason": "order_joined", "copies": 1698},
        {"reason": "order_reloaded", "copies": 389},
        {"reason": "duplicate_event", "copies": 178},
        {"reason": "order_back_forward", "copies": 64},
    ]
    ledger = count_ledger(Answer(rows))
    assert (ledger.first.amount, ledger.total.amount) == ("4,821", "2,492")
    assert [entry.amount for entry in ledger.entries] == ["−1,698", "−389", "−178", "−64"]
    assert ledger.set_aside == 631  # what was joined is not set aside


def test_one_order_is_told_in_the_singular() -> None:
    ledger = count_ledger(Answer([{"reason": "kept", "copies": 1}]))
    assert ledger.first.text == "report of an order arrived"
    assert ledger.total.text == "order, counted once"


def test_every_cause_of_a_copy_has_its_phrase() -> None:
    assert len({phrase(reason) for reason in COPIES}) == len(COPIES)
