"""The records behind a story, in words: what each copy brought, whose word stands, and what came after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from onebyone.event import Via
from onebyone.pipeline.conversions.records import read_record
from onebyone.pipeline.conversions.telling import Account, Adjusted, Change, Told, account_of
from onebyone.reports.fate import NO_HIT, Fate
from onebyone.reports.sight import DOTS, MASKED
from onebyone.state.conversions import Conversions
from onebyone.web import numbers, words
from onebyone.web.flag_words import of_flag

_MATCHED = {
    "order_id": "matched by order id",
    "event_id": "matched by event id",
    "bridge": "matched by a later copy that had both ids",
    "reload": "matched as a reload of the same page",
    "weak": "matched weakly: same person within 5 minutes",
}
_NAMES = {
    "order_id": "order id", "event_id": "event id", "path": "page", "os": "system",
    "visitor": "browser id", "user_id": "user id", "user_agent": "user agent", "sealed": "user data, sealed",
    "click_ids": "click id", "browser_ids": "platform's browser id", "identifiers": "hashed", "properties": "property",
}  # fmt: skip
_KINDS = {"refund": "Refund", "cancel": "Cancellation", "order_edit": "Edit"}
_MONEY = frozenset({"value", "tax", "shipping"})
_LONGEST = 60
_RECORD = (
    "id", "version", "status", "first_received_at", "updated_at", "vias", "copies", "matched_by", "flags", "gross",
    "refunded", "net",
)  # fmt: skip


class After(Struct, frozen=True):
    """A refund, cancellation or edit on the line of time."""

    time: str
    glyph: str
    tone: str
    headline: str
    text: str
    marks: list[str]


class Line(Struct, frozen=True):
    """A figure of the record, and whose word it is."""

    name: str
    value: str
    by: str = ""
    warn: bool = False


def find_accounts(held: Conversions, site: str, fate: Fate, *, sees: bool) -> list[Account]:
    """Of every record that these events founded, as it stands now; a record that joined another is that one.

    What names people is masked unless whoever asks `sees` personal data.
    """
    ids = dict.fromkeys(str(row.get("conversion") or NO_HIT) for row in fate.events)
    found: dict[str, Account] = {}
    for id in ids:
        known = None if id in (NO_HIT, "") else held.get(site, id)
        home = known.joined_to or known.id if known is not None else ""
        body = held.body(site, home) if home and home not in found else None
        record = read_record(body) if body else None
        if record is not None and record.copies:
            told = account_of(record)
            found[home] = told if sees else masked(told)
    return list(found.values())


def of_copies(accounts: Iterable[Account]) -> dict[str, tuple[Told, str]]:
    """By sighting, each with the currency of its record."""
    return {copy.sighting: (copy, one.conversion.event.currency) for one in accounts for copy in one.copies}


def matched(copy: Told) -> str:
    """ "" for a first copy."""
    return _MATCHED.get(copy.matched_by, "")


def added(copy: Told, currency: str) -> list[tuple[str, bool]]:
    """What a later copy filled or changed, each with whether another had said something else."""
    if not copy.matched_by:
        return []
    said = [(_sentence(change, currency), change.replaced) for change in copy.changes]
    return said or [("added nothing", False)]


def name_of(field: str) -> str:
    first, _, entry = field.partition(".")
    name = _NAMES.get(first, first.replace("_", " "))
    return f"{name} {entry}" if entry else name


def _sentence(change: Change, currency: str) -> str:
    name = name_of(change.field)
    after, before = (_text(change.field, text, currency) for text in (change.after, change.before))
    if change.replaced:
        return f"{name} {before} → {after}" if before else f"{name} replaced"
    return f"+ {name} {after}".rstrip()


def _text(field: str, text: str, currency: str) -> str:
    if text and field in _MONEY:
        return numbers.money(int(text), currency)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def lines(account: Account) -> list[Line]:
    """Gross, refunds and net, what joined it, and what one should know of it."""
    one, currency = account.conversion, account.conversion.event.currency
    found = [Line("Status", one.status)]
    if currency:
        conflict = "value_conflict" in one.flags
        by = account.origins.get("value", "") if one.gross == one.event.value else "edited"
        found.append(Line("Gross", numbers.money(one.gross, currency), by, conflict))
        found.append(Line("Refunds", numbers.money(one.refunded, currency)))
        found.append(Line("Net", numbers.money(one.net, currency)))
    ways = dict.fromkeys(one.matched_by)
    found.append(Line("Matched by", ", ".join(way.replace("_", " ") for way in ways)))
    found.append(Line("Copies", numbers.count(one.copies)))
    found += [Line("Note", of_flag(flag).happened, warn=True) for flag in one.flags]
    return [line for line in found if line.value]


def since(account: Account, zone: str, day: date) -> list[After]:
    """`day` is the order's, in the zone: times of others carry their date."""
    return [_after(one, account.conversion.event.currency, zone, day) for one in account.adjustments]


def _after(one: Adjusted, currency: str, zone: str, day: date) -> After:
    worth = f", {numbers.money(one.value, one.currency)}" if one.currency else ""
    repeated = " Told again. Not counted." if one.fate else ""
    came = f"{words.VIAS[Via(one.via)].happened} It happened on {numbers.moment(one.at, zone)}."
    return After(
        time=numbers.when(one.received_at, zone, day),
        glyph="copy" if one.fate else "merge",
        tone="of" if one.fate else "ac",
        headline=" ".join(filter(None, (_KINDS[one.kind], one.adjustment_id))) + worth + "." + repeated,
        text=f"{came} Net is {numbers.money(one.net, currency)} after it.",
        marks=[of_flag(flag).title for flag in one.flags],
    )


def of_adjustments(accounts: Iterable[Account]) -> set[str]:
    """Their sightings."""
    return {one.sighting for account in accounts for one in account.adjustments}


def masked(one: Account) -> Account:
    """As somebody may see it who may not see personal data."""
    event = one.conversion.event
    plain = replace(
        event,
        user_id=dots(event.user_id),
        referrer=dots(event.referrer),
        properties=dict.fromkeys(event.properties, DOTS),
    )
    copies = [replace(copy, changes=[_masked(change) for change in copy.changes]) for copy in one.copies]
    return replace(one, conversion=replace(one.conversion, event=plain), copies=copies)


def _masked(change: Change) -> Change:
    if change.field.partition(".")[0] not in MASKED:
        return change
    return replace(change, before=dots(change.before), after=dots(change.after))


def dots(text: str) -> str:
    return DOTS if text else ""


def as_json(account: Account) -> dict[str, Any]:
    """What counts, and what each copy did to it; the merged event itself is left out, it holds ids of people."""
    one = account.conversion
    told = {name: getattr(one, name) for name in _RECORD} | {"currency": one.event.currency}
    parts = ("copies", "adjustments", "origins")
    return told | {"more_copies": account.more} | {f"told_{name}": getattr(account, name) for name in parts}
