"""Sums written out: how the count of orders came about, and where every sighting went."""

from __future__ import annotations

from msgspec import Struct

from onebyone.web import numbers, words
from onebyone.web.desk import Answer

_PHRASES = {  # after a minus, in the Overview's ledger
    "order_joined": "server and browser copy joined",
    "order_reloaded": "thank-you page reloaded",
    "duplicate_event": "sent again by the network",
    "order_back_forward": "back button",
    "order_repeated": "the same order once more",
    "page_reloaded": "page reloaded, no ids",
    "matched_weakly": "same person within 5 minutes, no ids",
    "bridged": "two records that were one",
    "cancelled": "cancelled",
    "unconfirmed": "your server knows nothing of it",
}


class Entry(Struct, frozen=True):
    amount: str
    text: str
    reason: str = ""


class Ledger(Struct, frozen=True, kw_only=True):
    """`first` less `entries` is `total`; the sum is made from the same rows, so it is always exact."""

    first: Entry
    entries: list[Entry]
    total: Entry
    answer: Answer
    set_aside: int = 0


def count_ledger(answer: Answer) -> Ledger:
    """From the rows of `copies`: the kept orders and, by reason, the copies that were not counted again."""
    kept = sum(row["copies"] for row in answer.rows if row["reason"] == "kept")
    copies = [(row["reason"], row["copies"]) for row in answer.rows if row["reason"] != "kept"]
    arrived = kept + sum(count for _, count in copies)
    return Ledger(
        first=Entry(
            numbers.count(arrived), "reports of an order arrived" if arrived != 1 else "report of an order arrived"
        ),
        entries=[Entry(numbers.count(-count), phrase(reason), reason) for reason, count in copies],
        total=Entry(numbers.count(kept), "orders, each counted once" if kept != 1 else "order, counted once"),
        answer=answer,
        set_aside=sum(count for reason, count in copies if reason != "order_joined"),
    )


def phrase(reason: str) -> str:
    return _PHRASES.get(reason, words.of_reason(reason).title)
