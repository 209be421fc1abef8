"""A sighting in a line."""

from __future__ import annotations

from typing import Any

from onebyone.web.hit_row import HitRow, hit_row
from web.month import a_live_row


def _row(name: str = "page_view", path: str = "/x", **changes: Any) -> HitRow:
    return hit_row(a_live_row(1, name, path, **changes), site="s1", zone="Europe/Berlin")


def test_a_view_shows_its_page_and_an_order_its_id_and_value() -> None:
    assert _row().what == "/x"
    assert _row("purchase", order_id="A-1", value=7990, currency="EUR").what == "A-1 · €79.90"
    assert _row("add_to_cart", value=100, currency="EUR").what == "€1.00 · /x"
    assert _row("", "").what == "–" and _row("", "").name == "no event"


def test_it_is_told_in_the_sites_time_with_a_link_to_its_story() -> None:
    row = _row()
    assert row.time == "14:32:05"
    assert row.href.startswith("/s/s1/fate/01a1c6c4-")


def test_machines_and_drops_are_faded_and_people_are_not() -> None:
    assert not _row().faded and not _row(actor="suspect").faded
    machine = _row(actor="machine_declared", agent="GPTBot")
    assert machine.faded and machine.on == "GPTBot" and machine.fate.title == "kept, as machine"
    assert _row(fate="dropped", reason="time_too_old").faded


def test_what_was_not_kept_says_why() -> None:
    assert (
        _row(fate="dropped", reason="order_joined").fate.title,
        _row(fate="dropped", reason="order_joined").why,
    ) == (
        "joined",
        "the order’s other copy",
    )
    assert _row(fate="dropped", reason="body_unreadable").why == "body unreadable"
    assert _row(fate="failed", reason="ZeroDivisionError").why == "ZeroDivisionError"


def test_the_server_has_no_verdict() -> None:
    assert _row(via="server").verdict is None
    verdict = _row(actor="suspect").verdict
    assert verdict is not None and verdict.title == "Unclear"
