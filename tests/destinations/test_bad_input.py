"""What shops get wrong, at every destination: it is cleaned, or refused by name, before anything is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from destinations.examples import GOLDEN, NOW_MS, SETTINGS, a_conversion, shown
from onebyone.destinations.all import ALL
from onebyone.destinations.destination import build, settings_of
from onebyone.event import Drop
from onebyone.wire import read_event

ROWS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "golden/forwarding/bad_input.json").read_text())
PURCHASE: dict[str, Any] = json.loads((GOLDEN / "meta/purchase.json").read_text())["in"]["event"]
CLEANED, REFUSED, DROPPED = ([row for row in ROWS if kind in row] for kind in ("as", "refused", "dropped"))
HASH_OF_NOTHING = "e3b0c442"


def an_event(row: dict[str, Any], *, fields: str = "said") -> dict[str, Any]:
    """The purchase with what the row says of it; null: not said at all."""
    user = {key: value for key, value in (PURCHASE["user_data"] | row.get(fields, {})).items() if value is not None}
    order = PURCHASE["order"] | row.get("order", {})
    return PURCHASE | {"user_data": user, "order": order, "at": row.get("at", PURCHASE["at"])}


def sent(name: str, event: dict[str, Any]) -> dict[str, Any]:
    conversion = a_conversion(event, country="us")
    return shown(build(ALL[name], [conversion], settings_of(ALL[name], SETTINGS[name]), now_ms=NOW_MS))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("row", CLEANED, ids=[row["title"] for row in CLEANED])
def test_it_is_sent_as_if_it_had_been_said_right_or_not_at_all(row: dict[str, Any], name: str) -> None:
    found = sent(name, an_event(row))
    assert _comparable(found) == _comparable(sent(name, an_event(row, fields="as")))
    assert found["requests"] and not found["refused"] and HASH_OF_NOTHING not in json.dumps(found)


def _comparable(found: dict[str, Any]) -> list[Any]:
    """Without the signature, which is one of the body."""
    return [request["body"] for request in found["requests"]]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("row", REFUSED, ids=[row["title"] for row in REFUSED])
def test_it_is_refused_by_name(row: dict[str, Any], name: str) -> None:
    found = sent(name, an_event(row))
    assert found["requests"] == [] and {one["reason"] for one in found["refused"]} == {row["refused"]}


@pytest.mark.parametrize("row", DROPPED, ids=[row["title"] for row in DROPPED])
def test_it_never_gets_so_far(row: dict[str, Any]) -> None:
    found = read_event(json.dumps(an_event(row)).encode())
    assert isinstance(found, Drop) and found.detail.startswith(row["dropped"])


def test_what_is_right_is_not_taken_for_wrong() -> None:
    """A phone or an address that differs is sent differently: the comparison above can fail."""
    other = {"said": {"email": "other@example.com", "phone": "+442079460959"}}
    for name in ALL:
        assert _comparable(sent(name, an_event(other))) != _comparable(sent(name, PURCHASE)), name
