"""One sighting in a line: the row of Live, and of every list of hits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from onebyone.event import Actor, Fate, Reason, Via
from onebyone.web import countries, numbers, words
from onebyone.web.desk import Row
from onebyone.web.words import Words

_WHY: Mapping[str, str] = {  # behind "joined," and "not counted,"
    Reason.ORDER_JOINED: "the order’s other copy",
    Reason.ORDER_RELOADED: "reload",
    Reason.ORDER_BACK_FORWARD: "back button",
    Reason.ORDER_REPEATED: "order repeated",
    Reason.DUPLICATE_EVENT: "sent again",
    Reason.PAGE_RELOADED: "page reloaded",
    Reason.MATCHED_WEAKLY: "same person, same time",
    Reason.ADJUSTMENT_REPEATED: "refund repeated",
}


class HitRow(Struct, frozen=True, kw_only=True):
    time: str
    name: str
    is_order: bool
    what: str
    where: str
    on: str
    via: str
    verdict: Words | None
    fate: Words
    why: str
    faded: bool
    href: str
    key: str


def hit_row(row: Row, *, site: str, zone: str) -> HitRow:
    via, actor, fate, reason = row["via"], row["actor"], row["fate"], row["reason"]
    kept = fate == Fate.KEPT
    machine = actor not in (Actor.HUMAN, Actor.HUMAN_PROXIED, Actor.SUSPECT)
    where = countries.name(row["country"]) if row["country"] else ""
    on = row["agent"] if machine and row["agent"] else row["os"] or row["device"]
    return HitRow(
        time=numbers.clock(datetime.fromisoformat(row["received_at"]), zone),
        name=row["name"] or "no event",
        is_order=row["name"] == "purchase",
        what=what(row),
        where=where,
        on=on,
        via=words.VIAS[Via(via)].title,
        verdict=None if via == Via.SERVER else words.of_actor(actor),
        fate=words.of_fate(fate, reason, actor),
        why="" if kept else _why(fate, reason),
        faded=machine or not kept,
        href=f"/s/{site}/fate/{row['hit']}",
        key=f"{row['hit']}/{row['n']}",
    )


def what(row: Row) -> str:
    """The order with its value, or the page."""
    if row["order_id"]:
        worth = f" · {numbers.money(row['value'], row['currency'])}" if row["value"] else ""
        return f"{row['order_id']}{worth}"
    if row["value"]:
        return f"{numbers.money(row['value'], row['currency'])}{' · ' + row['path'] if row['path'] else ''}"
    return row["path"] or numbers.NONE


def _why(fate: str, reason: str) -> str:
    """An exception keeps its name as it is written."""
    if fate == Fate.FAILED:
        return reason
    title = words.of_reason(reason).title
    return _WHY.get(reason, title[:1].lower() + title[1:])
