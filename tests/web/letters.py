"""Dead letters as a shop of ours has them: an amount that is none, thrice, and a step that broke."""

from __future__ import annotations

from onebyone.log import DeadLetter
from web.fakes import Place
from web.month import HIT, NOW

_BODY = b"""{
  "name": "purchase",
  "id": "o-48213",
  "order": {
    "id": "NL-48213",
    "value": "89,90",
    "currency": "EUR"
  }
}"""


def add_letters(place: Place) -> None:
    told = ("value_impossible", "decode", "order.value: not an amount, 0 or more, such as 12.50")
    broke = ("ZeroDivisionError", "add_place", "ZeroDivisionError: division by zero")
    place.waiting.letters = [
        DeadLetter(
            at_ms=int(NOW.timestamp() * 1000) - n * 3_600_000, site=place.site.id, hit=HIT, n=n, body=_BODY,
            reason=reason, step=step, detail=detail,
        )
        for n, (reason, step, detail) in enumerate([told, told, told, broke])
    ]  # fmt: skip
