"""What an address asks of Loss: of which event, and broken down by what."""

from __future__ import annotations

from msgspec import Struct

from onebyone.reports.filters import FIELDS
from onebyone.state.sites import Site
from onebyone.web.address import Narrows, NotUnderstood, View
from onebyone.web.loss_words import GROUPS

KEYS = ("by", "event")
NARROWS = Narrows(
    tuple(one for one in GROUPS if one in FIELDS),
    "What only your server reported tells nothing else, so nothing would seem to be missed.",
)
LIMIT = 10_000


class Question(Struct, frozen=True):
    event: str
    by: str


def read_question(view: View, site: Site) -> Question:
    """Raises NotUnderstood."""
    for key, allowed in (("by", tuple(GROUPS)), ("event", site.conversions)):
        value = view.given.get(key, "")
        if value and value not in allowed:
            known = ", ".join(allowed)
            said = "is no breakdown here" if key == "by" else "is not declared a conversion of this site"
            raise NotUnderstood(
                f"`{value}` {said}. Use {known}. ", "Show the page without it", view.link(**{key: ""}), "."
            )
    return Question(view.given.get("event", main_event(site)), view.given.get("by", "browser"))


def main_event(site: Site) -> str:
    """Orders, where the site counts them."""
    return "purchase" if "purchase" in site.conversions else next(iter(site.conversions), "purchase")
