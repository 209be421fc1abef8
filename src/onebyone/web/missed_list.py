"""The list behind a number of Loss: which conversions it counts, and what it says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from onebyone.store import Param
from onebyone.web import countries, numbers
from onebyone.web.address import NotUnderstood, View
from onebyone.web.behind_address import at, joined
from onebyone.web.desk import Row
from onebyone.web.loss_words import GROUPS, noun

BY = "loss"
SeenBy = Literal["server-only", "both", "browser-only", "server", "third-only", "visible", "declined", "counted"]
_WHO: Mapping[str, str] = {
    "server-only": "that only your server reported",
    "both": "that browser and server reported",
    "browser-only": "that only browsers reported",
    "server": "that your server reported",
    "third-only": "that only the imported list has",
    "visible": "that could be seen by browser and server",
    "counted": "counted in this period",
    "declined": "by people who declined statistics",
}


def link(view: View, seen: SeenBy, event: str, group: tuple[str, str] = ("", ""), **days: str) -> str:
    """`group` is the breakdown and the label in it; `days` are `from` and `to`, where they are not the page's."""
    named = joined((seen, *group)) if group[0] else seen
    return at(view, "orders", {"by": BY, "is": named, "event": event, **days})


def params(view: View, values: Sequence[str]) -> dict[str, Param]:
    """What `missed_orders` takes. Raises NotUnderstood for what Loss does not count."""
    seen, by, label = (*values, "", "")[:3]
    if seen not in _WHO or (by and by not in GROUPS) or not view.given.get("event"):
        site = view.path.partition("/behind/")[0]
        raise NotUnderstood("Loss has no such number. ", "Show Loss", f"{site}/loss", ".")
    return {"seen": seen, "by": by, "label": label, "event": view.given["event"]}


def says(rows: Sequence[Row], view: View, values: Sequence[str], worth: str) -> str:
    """The number that Loss shows, and what is listed where that is another."""
    seen, by, label = (*values, "", "")[:3]
    listed, withheld = (rows[0]["counted"], rows[0]["withheld"]) if rows else (0, 0)
    less = withheld if seen in ("server-only", "server", "visible") else -withheld if seen == "declined" else 0
    event = view.given["event"]
    text = f"{numbers.count(listed - less)} {noun(event, listed - less)} {_WHO[seen]}"
    named = countries.name(label) if by == "country" else label or countries.UNKNOWN
    of = f" {GROUPS[by][0]} is {named}." if by else ""
    if not less:
        return f"{text}, {worth} net of refunds.{of}"
    be = "is" if withheld == 1 else "are"
    why = f"{numbers.count(withheld)} of those that only your server reported {be} of people who declined"
    return (
        f"{text}.{of} {numbers.count(listed)} are listed, {worth} net of refunds: {why}, and nobody knows which, for "
        "their browsers told no more than that."
    )
