"""A site's words for its events and properties on the console: what lists show, what is hidden, and what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from onebyone.reports.filters import MOST_LETTERS_OF_NAME
from onebyone.reports.own import OWN
from onebyone.state.library import Described, Library, Words
from onebyone.state.sites import Site
from onebyone.web.desk import Desk, Row

LONGEST_EVENT, LONGEST_LABEL, LONGEST_ABOUT = 200, 60, 400
MOST = 1_000  # events, and as many properties, that a site describes


class Kind(Struct, frozen=True):
    """What is described: what one is called, and many; the longest name."""

    one: str
    many: str
    longest: int

    def kept(self, desk: Desk) -> Library:
        return desk.library if self is EVENT else desk.property_library


EVENT, PROPERTY = Kind("event", "events", LONGEST_EVENT), Kind("property", "properties", MOST_LETTERS_OF_NAME)


class Wrong(Exception):
    """What was typed cannot be kept; the message says why."""


def offered(desk: Desk, site: Site, seen: Iterable[Row]) -> list[str]:
    """Names that a form offers: those of the report "event_names" that are not hidden."""
    described = desk.library.all(site.id)
    return [row["name"] for row in seen if not (row["name"] in described and described[row["name"]].hidden)]


def offered_properties(desk: Desk, site: Site, seen: Iterable[Row]) -> list[tuple[str, str]]:
    """Of the report "properties", those that are not hidden: as a filter names them, and what they are called."""
    described = desk.property_library.all(site.id)
    found = [described.get(key, Described(name=key)) for key in sorted({row["key"] for row in seen})]
    return [(OWN + one.name, one.label or one.name) for one in found if not one.hidden]


def with_words(rows: Iterable[Row], described: Mapping[str, Described], column: str = "name") -> list[Row]:
    """The rows of a report by event or property, with its `label`, `about` and `hidden`."""
    found = []
    for row in rows:
        words = described.get(row[column], Described(name=row[column]))
        found.append(row | {"label": words.label, "about": words.about, "hidden": words.hidden})
    return found


def describe(desk: Desk, site: Site, by: str, one: Described, kind: Kind = EVENT) -> Described:
    """Also into the trail. Raises Wrong."""
    one = read(one, kind)
    kept = kind.kept(desk)
    there = kept.all(site.id)
    if len(there) >= MOST and one.name not in there:
        raise Wrong(f"{MOST} {kind.many} are the most that a site describes.")
    taken = [each.name for each in there.values() if one.label and each.label == one.label and each.name != one.name]
    if taken:
        raise Wrong(f"`{taken[0]}` is called so already. Two {kind.many} of one name could not be told apart.")
    kept.put(site.id, one)
    said = {f"called {one.label}": one.label, "described": one.about, "hidden": one.hidden}
    words = ", ".join(text for text, is_said in said.items() if is_said)
    desk.users.note(by, site.id, f"{kind.one}_described", f"{one.name}: {words or 'as it is sent'}")
    return one


def undo(desk: Desk, site: Site, by: str, name: str, kind: Kind) -> None:
    """What was said before the last change; nothing where there was none. Raises Wrong."""
    found = kind.kept(desk).find(site.id, name)
    if found is not None and found.was is not None:
        describe(desk, site, by, replace(found.saying(found.was), was=None), kind)


def undoes(one: Described) -> str:
    """What an undo would bring back, in words; "" where there is nothing to undo."""
    if one.was is None or one.was == one.words:
        return ""
    was = one.was
    told = [f"called {was.label}" if was.label else "", "hidden" if was.hidden else "", was.about]
    return "; ".join(filter(None, told)) or "as it is sent"


def read(one: Described, kind: Kind = EVENT) -> Described:
    """What is kept of it. Raises Wrong."""
    label, about = " ".join(one.label.split()), " ".join(one.about.split())
    if not one.name or len(one.name) > kind.longest or not one.name.isprintable():
        raise Wrong(f"Say which {kind.one} it is, by the name it is sent under.")
    for text, longest, what in ((label, LONGEST_LABEL, "name"), (about, LONGEST_ABOUT, "description")):
        if len(text) > longest or not text.isprintable():
            raise Wrong(f"A {what} has {longest} letters at most, and no signs that cannot be seen.")
    words = Words(label="" if label == one.name else label, about=about, hidden=one.hidden)
    return Described(name=one.name).saying(words)
