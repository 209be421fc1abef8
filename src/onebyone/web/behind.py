"""What is behind a number: the lists that orders, visitors and events of a row lead to, and the addresses of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import quote

from msgspec.structs import replace

from onebyone.event import Fate
from onebyone.reports.filters import Condition, takes
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import (
    cohort_list,
    countries,
    credit_list,
    kept_list,
    listed,
    mail_list,
    missed_list,
    numbers,
    person_lists,
    verdict_list,
    vital_list,
    words,
)
from onebyone.web.address import EVERY_FIELD, NO_FIELD, Narrows, NotUnderstood, View
from onebyone.web.behind_address import at, joined, split
from onebyone.web.conversions import SEEN
from onebyone.web.counted import words_of
from onebyone.web.desk import Row
from onebyone.web.frame import MENU
from onebyone.web.hit_row import what
from onebyone.web.listed import Line, List, Of
from onebyone.web.loss_question import NARROWS as NARROWS_LOSS
from onebyone.web.loss_words import noun
from onebyone.web.permissions import NARROWS as NARROWS_CONSENT
from onebyone.web.permissions import of_source
from onebyone.web.persons import person_name

KEYS = (
    "by", "is", "event", "steps", "within", "without", *cohort_list.KEYS, *credit_list.KEYS, *person_lists.KEYS,
    "reason", "after",
)  # fmt: skip
_END = 2**63 - 1
_CREDITED = "by the last session that was not direct, within 30 days before the order"
VISITS: Mapping[str, tuple[str, str]] = {  # a table of visits: what its rows are, and how it counts orders
    "channel": ("Channel", _CREDITED),
    "source": ("Source", _CREDITED),
    "campaign": ("Campaign", _CREDITED),
    "term": ("Term", _CREDITED),
    "content": ("Content", _CREDITED),
    "referrer": ("Referrer", _CREDITED),
    "landing": ("Landing page", "of the last session within 30 days before the order"),
}
PLACES: Mapping[str, str] = {
    "country": "Country",
    "device": "Device",
    "browser": "Browser",
    "seen": "Reported by",
    "page": "Page",
    "failing": "Page with errors",
    "fault": "Error",
}
ONE = "person"  # everything of one, who is a filter
_NO_ORDERS = ("page", "failing", "fault")
FATES = ("dropped", "failed")  # stand for all reasons of theirs
FAULT = ("kind", "description", "source", "line")  # what tells an error from another
EVENT_ROWS = {"fault": len(FAULT), "withheld": 0, "chosen": 0, "decided": 1}  # how many values name one
_MENU = {
    "landing": "pages", "page": "pages", "failing": "pages", missed_list.BY: "loss", credit_list.BY: "attribution",
    "seen": "overview", "fault": "pages", "withheld": "consent", "chosen": "consent", "decided": "consent",
    ONE: "people", "": "events",
}  # fmt: skip
_OF_ROWS = ("orders", "visitors")
_OF_KIND = {"events": "event_list", "drops": "drop_list"}
_OWN: Mapping[tuple[str, str], Of] = {
    **{("visitors", by): of for by, of in person_lists.LISTS.items()},
    ("events", verdict_list.BY): verdict_list.LIST,
    ("events", vital_list.BY): vital_list.LIST,
    ("events", kept_list.BY): kept_list.LIST,
    ("recipients", mail_list.BY): mail_list.RECIPIENTS,
    ("orders", mail_list.BY): mail_list.ORDERED,
}
_NAMES = {key: name for _, pages in MENU for key, name in pages}


def link(view: View, kind: str, by: str, values: Sequence[str], also: Mapping[str, str] = {}) -> str:
    """The list of that kind (orders, visitors or events) behind a row, with the period and the filters of its page.

    `by` is the table, or for events the field and the name that `values` give: the event's, then its page and host.
    `also` is what the table was asked beside.
    """
    if kind != "events":
        return at(view, kind, {"by": by, "is": joined(values), **also})
    event, *place = values
    more = [Condition(field, "=", (value,)) for field, value in zip(("page", "host"), place, strict=False)]
    traffic = {} if place else {"traffic": "all"}  # Events counts machines' too
    return at(view, kind, traffic | {"event": event}, *more)


def _own(view: View, kind: str) -> Of | None:
    return _OWN.get((kind, view.given.get("by", "")))


def menu(view: View, kind: str) -> str:
    """The page of the menu that such a number stands on, or under."""
    own = _own(view, kind)
    if own is not None:
        return own.menu
    if "reason" in view.given:
        return "ledger"
    return _MENU.get(view.given.get("by", ""), "acquisition")


def page_of(view: View, kind: str) -> tuple[str, str]:
    """The page of such a number: its address and its name."""
    own, page = _own(view, kind), menu(view, kind)
    return own.page if own is not None else (page, _NAMES[page])


def back(view: View, kind: str) -> str:
    """The address of that page, with those filters that it takes."""
    own, (page, _) = _own(view, kind), page_of(view, kind)
    if page == "attribution":
        return credit_list.back(view, split(view.given["is"])).link(f"{view.path.partition('/behind/')[0]}/attribution")
    if page == "email":
        return f"{view.path.partition('/behind/')[0]}/email/messages/{split(view.given['is'])[0]}"
    of_page = {"consent": NARROWS_CONSENT, "loss": NARROWS_LOSS, "ledger": NO_FIELD}.get(page, EVERY_FIELD)
    fields = (own.narrows if own is not None else of_page).fields
    gone = ("person",) if page == "people" else ()
    kept = replace(
        view, filters=tuple(one for one in view.filters if takes(fields, one.field) and one.field not in gone)
    )
    return kept.link(f"{view.path.partition('/behind/')[0]}/{page}", by="", event="", reason="", after="", **{"is": ""})


def narrows(kind: str, by: str) -> Narrows:
    """By what the list of such numbers can be narrowed: by what their page can."""
    if kind == "drops":
        return NO_FIELD
    if (kind, by) in _OWN:
        return _OWN[kind, by].narrows
    return NARROWS_LOSS if by == missed_list.BY else EVERY_FIELD


def takes_traffic(view: View, kind: str) -> bool:
    own = _own(view, kind)
    return own.takes_traffic if own is not None else kind != "drops"


def report(view: View, kind: str) -> str:
    """Raises NotUnderstood for a table that there is not."""
    own, by = _own(view, kind), view.given.get("by", "")
    if own is not None:
        return own.report
    if kind in _OF_KIND:
        return _OF_KIND[kind]
    if (by, kind) == (missed_list.BY, "orders"):
        return "missed_orders"
    if (by, kind) == (credit_list.BY, "orders"):
        return "shared_orders"
    if by in VISITS and kind in _OF_ROWS:
        return {"orders": "credited_orders", "visitors": "session_visitors"}[kind]
    if (by, kind) == (ONE, "orders"):
        return "placed_orders"
    if by in PLACES and kind in _OF_ROWS and not (kind == "orders" and by in _NO_ORDERS):
        return {"orders": "placed_orders", "visitors": "event_visitors"}[kind]
    site = view.path.partition("/behind/")[0]
    raise NotUnderstood(
        f"`{by}` is no table with {kind} behind its rows. ", "Show Acquisition", f"{site}/acquisition", "."
    )


def params(view: View, kind: str) -> dict[str, Param]:
    """What the report takes beside the period. Raises NotUnderstood for a place that cannot be read."""
    ms, _, after = view.given.get("after", "").partition(".")
    if ms and not (ms.isascii() and ms.isdigit() and len(ms) < 16 and len(after) < 64):
        raise NotUnderstood("This place in the list cannot be read. ", "Show its beginning", view.link(after=""), ".")
    place: dict[str, Param] = {"after_ms": int(ms) if ms else _END, "after_id": after}
    own = _own(view, kind)
    if own is not None:
        return {**place, **own.params(view)}
    if kind == "events":
        return place | {"event": view.given.get("event", ""), "of": _row(view)}
    if kind == "drops":
        return place | {"reason": view.given.get("reason", "")}
    match view.given.get("by"):
        case missed_list.BY:
            return place | missed_list.params(view, split(view.given.get("is", "")))
        case credit_list.BY:
            return place | credit_list.params(view, split(view.given.get("is", "")))
    return place | {"by": view.given.get("by", ""), "is": split(view.given.get("is", ""))}


def _row(view: View) -> list[str]:
    """Of an event: what `event_list` asks beside its name, [] for nothing. Raises NotUnderstood."""
    by, text = view.given.get("by", ""), view.given.get("is", "")
    if by == ONE:
        return []
    values = split(text) if text or EVENT_ROWS.get(by) else []
    if by and len(values) != EVENT_ROWS.get(by, -1):
        raise NotUnderstood("This names no row of events. ", "Show every event", view.link(by="", **{"is": ""}), ".")
    return [by, *values] if by else []


def shown(rows: Sequence[Row], view: View, kind: str, site: Site, today: date) -> List:
    own = _own(view, kind)
    if own is not None and own.shown is not None:
        return own.shown(rows, view, site, today)
    make = {"orders": _orders, "visitors": _visitors, "events": _events, "drops": _drops}[kind]
    return make(rows, view, site, today)


def _orders(rows: Sequence[Row], view: View, site: Site, today: date) -> List:
    count, net = (rows[0]["counted"], rows[0]["net_sum"]) if rows else (0, 0)
    worth = numbers.money(net, site.currency)
    abroad = any(row["currency"] not in ("", site.currency) for row in rows)
    if view.given.get("by") == missed_list.BY:
        title = noun(view.given["event"]).capitalize()
        says = missed_list.says(rows, view, split(view.given["is"]), worth)
    elif view.given.get("by") == credit_list.BY:
        title = words_of(view.given["event"]).title
        says = credit_list.says(rows, view, split(view.given["is"]), site.currency)
    else:
        own = _own(view, "orders")
        of, how = (own.says(view), "") if own is not None else _named(view)
        title, says = (
            "Orders",
            f"{listed.count(count, 'order')}, {worth} net of refunds. {of}{', ' if how else ''}{how}.",
        )
    return List(
        title=title,
        says=says + (" Those in another currency count without their money." if abroad else ""),
        heads=[
            ("Order", ""),
            ("Placed", "n"),
            ("Net", "n"),
            ("Reported by", "p2"),
            ("Country", "p2"),
            ("Device", "p2"),
        ],
        lines=[
            Line(
                name=row["order_id"] or row["id"],
                href=f"/s/{site.id}/fate/{quote(row['order_id'] or row['first_hit'], safe='')}",
                cells=[
                    listed.when(row["placed_at"], site, today),
                    numbers.money(row["net_minor"], row["currency"] or site.currency),
                    _seen(row),
                    countries.name(row["country"]) if row["country"] else numbers.NONE,
                    row["device"].capitalize() or numbers.NONE,
                ],
            )
            for row in rows
        ],
        after=listed.after(rows, "placed_at", "id"),
        empty="No order stands behind this number now. One may have been refunded, joined or erased since.",
    )


def _visitors(rows: Sequence[Row], view: View, site: Site, today: date) -> List:
    count, times = (rows[0]["counted"], rows[0]["times_sum"]) if rows else (0, 0)
    own, by = _own(view, "visitors"), view.given.get("by", "")
    one = own.one if own is not None else "session" if by in VISITS else "view" if by == "page" else "event"
    whose = "person" if own is not None else "visitor"
    who = f"{numbers.count(count)} people" if own is not None and count != 1 else listed.count(count, whose)
    says = f"{own.says(view)}." if own is not None else f"{_named(view)[0]}. A visitor is a browser."
    return List(
        title="People" if own is not None else "Visitors",
        says=f"{who} with {listed.count(times, one)}. {says}",
        heads=[(whose.capitalize(), ""), (f"{one.capitalize()}s", "n"), ("First", "n p2"), ("Last", "n")],
        lines=[
            Line(
                name=("p" if own is not None else "v") + person_name(int(row[whose]))[1:],
                href=f"/s/{site.id}/people/{row[whose]}",
                cells=[
                    numbers.count(row["times"]),
                    listed.when(row["first_at"], site, today),
                    listed.when(row["last_at"], site, today),
                ],
            )
            for row in rows
        ],
        after=listed.after(rows, "last_at", whose),
        empty=f"No {whose} stands behind this number now.",
    )


def _events(rows: Sequence[Row], view: View, site: Site, today: date) -> List:
    count = rows[0]["counted"] if rows else 0
    name = view.given.get("event", "")
    return List(
        title="Events one by one",
        says=f"{listed.count(count, 'event')}{f' named {name}' if name else ''}{_saying(view)}, the newest first.",
        heads=[("Event", ""), ("At", "n"), ("What", ""), ("Where, on", "p2"), ("Via", "p2"), ("Verdict", "p2")],
        lines=[
            Line(
                name=row["name"],
                href=f"/s/{site.id}/fate/{row['hit']}",
                cells=[
                    listed.when(row["at"], site, today),
                    what(row),
                    listed.place(row),
                    words.VIAS[row["via"]].title,
                    words.of_actor(row["actor"]).title,
                ],
            )
            for row in rows
        ],
        after=listed.after(rows, "at", "hit", "n"),
        empty="No such event came in this period.",
    )


def _drops(rows: Sequence[Row], view: View, site: Site, today: date) -> List:
    count, reason = rows[0]["counted"] if rows else 0, view.given.get("reason", "")
    told = words.FATES[Fate(reason)] if reason in FATES else words.of_reason(reason)
    return List(
        title="Drops one by one",
        says=f"{listed.count(count, 'hit')}, the newest first. {told.title}: {told.happened}",
        heads=[("Event", ""), ("Received", "n"), ("What", ""), ("Where, on", "p2"), ("Via", "p2")],
        lines=[
            Line(
                name=row["name"] or "Unreadable",
                href=f"/s/{site.id}/fate/{row['hit']}/{row['n']}",
                cells=[
                    listed.when(row["received_at"], site, today),
                    ", ".join(
                        filter(None, (_what(row), words.of_reason(row["reason"]).title if reason in FATES else ""))
                    )
                    or numbers.NONE,
                    listed.place(row),
                    words.VIAS[row["via"]].title,
                ],
            )
            for row in rows
        ],
        after=listed.after(rows, "received_at", "hit", "n"),
        empty="No such hit was received in this period.",
    )


def _what(row: Row) -> str:
    return row["order_id"] or f"{row['host']}{row['path']}"


def _saying(view: View) -> str:
    match _row(view):
        case ["fault", _, description, *_]:
            return f", of “{description or 'no words'}”"
        case ["decided", who]:
            return f", decided by {of_source(who)}"
        case ["withheld"]:
            return ", counted without a visitor"
        case ["chosen"]:
            return ", by people who chose"
    return ""


def _named(view: View) -> tuple[str, str]:
    """Whose number it is, and how its orders are found."""
    by, values = view.given.get("by", ""), split(view.given.get("is", ""))
    if by == ONE:
        return "All are one person’s", ""
    title, how = VISITS.get(by) or (PLACES[by], "")
    if by == "fault":
        values = values[1:2]
    if by == "seen":
        values = [SEEN[values[0]][0].lower() if values[0] in SEEN else values[0]]
    if by == "country":
        values = [countries.name(values[0])]
    text = "".join(values) if by in ("landing", "page", "failing") else " / ".join(value for value in values if value)
    unattributed = "found by no session" if text in ("Unattributed", "(unattributed)") else how
    return f"{title} is {text or countries.UNKNOWN}", unattributed


def _seen(row: Row) -> str:
    if row["in_browser"] and row["in_server"]:
        return "Browser and server"
    return "Server only" if row["in_server"] else "Browser only" if row["in_browser"] else "Neither"
