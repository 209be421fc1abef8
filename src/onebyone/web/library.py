"""A site's words for its events on the console: what lists show, what is hidden, and what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from onebyone.state.library import Described
from onebyone.state.sites import Site
from onebyone.web.desk import Desk, Row

LONGEST_EVENT, LONGEST_LABEL, LONGEST_ABOUT = 200, 60, 400
MOST = 1_000  # events that a site describes


class Wrong(Exception):
    """What was typed cannot be kept; the message says why."""


def offered(desk: Desk, site: Site, seen: Iterable[Row]) -> list[str]:
    """Names that a form offers: those of the report "event_names" that are not hidden."""
    described = desk.library.all(site.id)
    return [row["name"] for row in seen if not (row["name"] in described and described[row["name"]].hidden)]


def with_words(rows: Iterable[Row], described: Mapping[str, Described]) -> list[Row]:
    """The rows of a report by event, with its `label`, `about` and `hidden`."""
    found = []
    for row in rows:
        words = described.get(row["name"], Described(event=row["name"]))
        found.append(row | {"label": words.label, "about": words.about, "hidden": words.hidden})
    return found


def describe(desk: Desk, site: Site, by: str, one: Described) -> Described:
    """Also into the trail. Raises Wrong."""
    one = read(one)
    there = desk.library.all(site.id)
    if len(there) >= MOST and one.event not in there:
        raise Wrong(f"{MOST} events are the most that a site describes.")
    taken = [each.event for each in there.values() if one.label and each.label == one.label and each.event != one.event]
    if taken:
        raise Wrong(f"`{taken[0]}` is called so already. Two events of one name could not be told apart.")
    desk.library.put(site.id, one)
    said = {f"called {one.label}": one.label, "described": one.about, "hidden": one.hidden}
    words = ", ".join(text for text, is_said in said.items() if is_said)
    desk.users.note(by, site.id, "event_described", f"{one.event}: {words or 'as it is sent'}")
    return one


def read(one: Described) -> Described:
    """What is kept of it. Raises Wrong."""
    label, about = " ".join(one.label.split()), " ".join(one.about.split())
    if not one.event or len(one.event) > LONGEST_EVENT or not one.event.isprintable():
        raise Wrong("Say which event it is, by the name it is sent under.")
    for text, longest, what in ((label, LONGEST_LABEL, "name"), (about, LONGEST_ABOUT, "description")):
        if len(text) > longest or not text.isprintable():
            raise Wrong(f"A {what} has {longest} letters at most, and no signs that cannot be seen.")
    return Described(event=one.event, label="" if label == one.event else label, about=about, hidden=one.hidden)
