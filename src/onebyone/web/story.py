"""The story of an order, an event or a hit, from the rows that belong to it: what the Fate page says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from onebyone.destinations.gate import confirmed_by
from onebyone.event import COPIES, Actor, Reason, Via, utc
from onebyone.pipeline.conversions.telling import Account, Told
from onebyone.reports.fate import Fate
from onebyone.web import account, countries, numbers, words
from onebyone.web.desk import Row
from onebyone.web.flag_words import of_flag
from onebyone.web.permissions import Granted, note_of, of_bits
from onebyone.web.words import Words

_BROWSER = (Via.TAG, Via.IMAGE)
_HEADLINES: Mapping[str, str] = {
    Reason.ORDER_JOINED: "{seen} Joined by order id.",
    Reason.DUPLICATE_EVENT: "Same delivery again. Not counted.",
    Reason.ORDER_RELOADED: "Thank-you page reloaded. Not counted.",
    Reason.ORDER_BACK_FORWARD: "Back button. Not counted.",
    Reason.ORDER_REPEATED: "The same order once more. Not counted.",
    Reason.PAGE_RELOADED: "Page reloaded. Not counted.",
    Reason.MATCHED_WEAKLY: "{seen} Same person within 5 minutes, no shared id.",
    Reason.ADJUSTMENT_REPEATED: "The same adjustment again. Not counted.",
}


class Fact(Struct, frozen=True):
    text: str
    warn: bool = False


class Moment(Struct, frozen=True, kw_only=True):
    """One sighting on the line of time."""

    time: str
    glyph: str
    tone: str
    headline: str
    text: str
    facts: list[Fact]
    received: list[tuple[str, str]]
    to_do: str = ""
    counted: bool = False


class Story(Struct, frozen=True, kw_only=True):
    title: str
    lead: str
    strip: list[tuple[str, str]]
    seen: str
    moments: list[Moment]
    since: list[account.After]
    worth: list[account.Line]
    record: list[tuple[str, str]]
    visitor: list[tuple[str, str]]
    verdict: Words | None
    verdict_note: str
    rules: list[str]
    provenance: list[str]
    consent: list[Granted]
    consent_note: str


class _Told(Struct, frozen=True):
    """All sightings in the order of arrival, and how many of them ended in which way."""

    zone: str
    rows: list[Row]
    events: list[Row]  # kept, as a person's or as the site's own
    machines: int  # kept apart
    joined: int
    aside: int
    lost: int


def _sort(fate: Fate, zone: str) -> _Told:
    rows = sorted([*fate.events, *fate.drops], key=lambda row: (row["received_at"], row["hit"], row["n"]))
    copies = sum(row["reason"] in COPIES for row in fate.drops)
    joined = sum(row["reason"] == Reason.ORDER_JOINED for row in fate.drops)
    counted = [row for row in fate.events if not _is_machine(row)]
    machines = len(fate.events) - len(counted)
    return _Told(zone, rows, counted, machines, joined, copies - joined, len(fate.drops) - copies)


def _is_machine(row: Row) -> bool:
    return str(row["actor"]).startswith("machine") or row["actor"] == Actor.INVALID


def tell(
    asked_for: str,
    fate: Fate,
    *,
    zone: str,
    now: datetime,
    final_at: datetime | None,
    accounts: Sequence[Account] = (),
    every_order_since_ms: int = 0,
) -> Story:
    """`fate` holds a row at least; `accounts` are of the records that its rows belong to.

    `final_at` is when the day of the record becomes final; None without a record. `every_order_since_ms` is since when
    the site's server tells every order.
    """
    fate = _seen_only(asked_for, fate, account.of_adjustments(accounts))
    told = _sort(fate, zone)
    record = record_of(asked_for, fate)
    main = record or _drop(asked_for, fate)
    copies = account.of_copies(accounts)
    mine = account_among(accounts, main)
    if record is not None and mine is not None:
        main = record = _merged(record, mine)
    main_day = _at(main["received_at"]).astimezone(ZoneInfo(zone)).date()
    return Story(
        title=_title(asked_for, main),
        lead=_lead(main, told),
        strip=_strip(main, told, now, final_at, mine, _doubtful(mine, every_order_since_ms, now)),
        seen=_seen(len(told.rows), len(told.events)),
        moments=[_moment(row, record, zone, main_day, copies) for row in told.rows],
        since=account.since(mine, zone, main_day) if mine is not None else [],
        worth=account.lines(mine) if mine is not None else [],
        record=[pair for pair in _fields(main) if mine is None or pair[0] != "Value"],  # else the first copy's word
        visitor=_visitor(main, told.rows),
        verdict=words.of_actor(main["actor"]),
        verdict_note=_verdict_note(main),
        rules=list(main.get("reasons") or []),
        provenance=_provenance(main, told),
        consent=of_bits(main.get("permissions", 0)),
        consent_note=note_of(main),
    )


def _merged(record: Row, mine: Account) -> Row:
    """What all copies say together, where the first one's own words stood; the sighting stays."""
    if not any(copy.sighting == f"{record['hit']}/{record['n']}" for copy in mine.copies):
        return record
    event = mine.conversion.event
    said = {name: getattr(event, name) for name in _OF_RECORD if name in record}
    return record | said | {"at": event.at.isoformat()}


_OF_RECORD = (
    "name", "order_id", "event_id", "value", "currency", "tax", "shipping", "coupon", "host", "path", "title",
    "referrer", "channel", "source", "medium", "campaign", "properties", "visitor", "user_id", "country", "language",
    "browser", "browser_version", "os", "device", "actor", "agent", "confidence", "reasons", "ruleset", "permissions",
    "consent_source", "region",
)  # fmt: skip


def record_of(asked_for: str, fate: Fate) -> Row | None:
    """The event asked for: by its hit, its id or its order; else the first."""
    exact = (
        row
        for row in fate.events
        if asked_for in (row["hit"], f"{row['hit']}/{row['n']}", row["id"], row["event_id"], row["sent_id"])
    )
    by_order = (row for row in sorted(fate.events, key=_is_machine) if row["order_id"] == asked_for)
    return next(exact, None) or next(by_order, None) or next(iter(fate.events), None)


def _drop(asked_for: str, fate: Fate) -> Row:
    return next((row for row in fate.drops if asked_for.startswith(row["hit"])), fate.drops[0])


def _title(asked_for: str, main: Row) -> str:
    if main["order_id"]:
        return f"Order {main['order_id']}"
    return f"{main['name'] or 'Hit'} {main['event_id'] or ''}".strip() if main["name"] else f"Hit {asked_for[:13]}…"


def _lead(main: Row, told: _Told) -> str:
    if told.machines and not told.events:
        at = numbers.moment(_at(main["at"]), told.zone)
        return f"By a machine, on {at}. Kept apart from people's figures."
    if not told.events:
        reason = words.of_reason(main["reason"])
        received = numbers.moment(_at(main["received_at"]), told.zone)
        return f"Received on {received}, not counted: {_lower(reason.title)}."
    at = numbers.moment(_at(main["at"]), told.zone)
    if len(told.events) > 1:
        return f"On {at}. {_count_word(len(told.rows)).capitalize()} sightings, {_count_word(len(told.events))} events."
    return f"{'Placed' if main['order_id'] else 'Happened'} on {at}. Seen {_times(len(told.rows))}, counted once."


def _seen_only(asked_for: str, fate: Fate, later: set[str]) -> Fate:
    """Without refunds, cancellations and edits, which are told apart; one that was asked for by its own id stays."""
    later = {sighting for sighting in later if not asked_for.startswith(sighting.partition("/")[0])}
    events = [row for row in fate.events if f"{row['hit']}/{row['n']}" not in later]
    drops = [row for row in fate.drops if f"{row['hit']}/{row['n']}" not in later]
    return Fate(events, drops) if events or drops else fate


def account_among(accounts: Sequence[Account], main: Row) -> Account | None:
    """That of the record which an event or a drop belongs to."""
    sighting = f"{main['hit']}/{main['n']}"
    return next(
        (one for one in accounts if any(copy.sighting == sighting for copy in one.copies)), next(iter(accounts), None)
    )


def _worth(main: Row, mine: Account | None) -> tuple[str, str]:
    """Of the record, after what was taken back; without one, of the event."""
    if mine is not None and mine.conversion.event.currency:
        one, currency = mine.conversion, mine.conversion.event.currency
        if one.status == "cancelled":
            return numbers.money(0, currency), f"cancelled, {numbers.money(one.gross, currency)} before"
        if one.net != one.gross:
            return numbers.money(one.gross, currency), f"gross, {numbers.money(one.net, currency)} after refunds"
        return numbers.money(one.gross, currency), "gross and net"
    if not main["value"]:
        return numbers.NONE, "no value given"
    return numbers.money(main["value"], main["currency"]), "value as recorded"


def _strip(
    main: Row,
    told: _Told,
    now: datetime,
    final_at: datetime | None,
    mine: Account | None,
    doubtful: tuple[str, str] | None,
) -> list[tuple[str, str]]:
    cells = [_worth(main, mine)]
    if told.machines and not told.events:
        cells.append((f"{len(told.rows)} → 0", "kept apart, as a machine's"))
        cells.append(_seen_through(told.rows))
        return [*cells, ("No person", words.of_actor(main["actor"]).happened)]
    if not told.events:
        reason = words.of_reason(main["reason"])
        cells.append((f"{len(told.rows)} → 0", "not counted"))
        cells.append((reason.title, f"decided by {main['step'] or 'the edge'}"))
        return [*cells, ("No event", "nothing in the reports came from it")]
    counts = [
        (len(told.events), "counted"),
        (told.joined, "joined"),
        (told.aside, "set aside"),
        (told.machines, "kept as a machine's"),
        (told.lost, "dropped"),
    ]
    parts = [f"{_count_word(count)} {what}" for count, what in counts if count]
    cells.append((f"{len(told.rows)} → {len(told.events)}", ", ".join(parts)))
    cells.append(doubtful or _seen_through(told.rows))
    if final_at and now < final_at:
        return [*cells, ("Preliminary", f"final on {numbers.when(final_at, told.zone, now.date())}")]
    return [*cells, ("Final", "its day is closed")]


def _doubtful(mine: Account | None, every_order_since_ms: int, now: datetime) -> tuple[str, str] | None:
    """Of an order that waits for the server's word, or waited in vain."""
    until_ms = confirmed_by(mine.conversion, every_order_since_ms) if mine is not None else None
    if until_ms is None or mine is None or mine.conversion.status != "counted":
        return None
    if now <= utc(until_ms):
        return "Browser only", "counts for a day; your server should report it by then"
    return "Unconfirmed", "your server reports every order, and not this one: no revenue"


def _seen_through(rows: Sequence[Row]) -> tuple[str, str]:
    ways = {row["via"] for row in rows}
    browser, server = bool(ways & set(_BROWSER)), Via.SERVER in ways
    if browser and server:
        return "Both", "browser and server reported it"
    if server:
        return "Server only", "no browser reported it"
    return ("Browser only", "your server has not reported it") if browser else ("Import", "read from an access log")


def _seen(sightings: int, events: int) -> str:
    if sightings == 1:
        return "once"
    records = "one record" if events == 1 else f"{_count_word(events)} records"
    return f"{_count_word(sightings)} {'copies' if events == 1 else 'sightings'}, {records}"


def _moment(row: Row, record: Row | None, zone: str, main_day: date, copies: Mapping[str, tuple[Told, str]]) -> Moment:
    reason = row.get("reason") or ""
    kept = not reason and "fate" not in row
    told = words.of_fate("kept", "", row["actor"]) if kept else words.of_reason(reason)
    machine = words.of_actor(row["actor"]) if kept and _is_machine(row) else None
    opened = kept and record is not None and row["hit"] == record["hit"] and row["n"] == record["n"]
    return Moment(
        time=_time(_at(row["received_at"]), zone, main_day),
        glyph=machine.glyph if machine else "full" if kept else told.glyph,
        tone=machine.tone if machine else "ac" if kept else told.tone,
        headline=_headline(row, kept, told),
        text=_text(row, kept, told),
        facts=[*_facts(row, record, opened), *_brought(row, copies)],
        received=_received(row, zone),
        to_do="" if kept or reason in COPIES else told.to_do,
        counted=kept and machine is None,
    )


def _headline(row: Row, kept: bool, told: Words) -> str:
    seen = words.VIAS[Via(row["via"])].happened
    if kept and _is_machine(row):
        return f"{seen} Kept apart, as a machine's."
    if kept:
        return f"{seen} {'Record opened.' if row['order_id'] else 'Kept.'}"
    if row["fate"] == "failed":
        return f"{seen} Failed in {row['step']}."
    return _HEADLINES.get(row["reason"], f"{seen} Dropped: {_lower(told.title)}.").format(seen=seen)


def _text(row: Row, kept: bool, told: Words) -> str:
    """On what it was seen, or why it was not counted."""
    if not kept:
        nav = f" Navigation type {row['nav']}." if row["nav"] else ""
        return f"{told.happened}{nav}{' ' + row['detail'] if row['detail'] else ''}"
    on = " on ".join(part for part in (_browser(row), row["os"]) if part)
    where = countries.name(row["country"]) if row["country"] else ""
    page = f"on {row['host']}{row['path']}" if row["path"] else ""
    seen = ", ".join(part for part in (on, where, page) if part)
    return f"{seen}." if seen else "Reported without a browser or a page."


def _facts(row: Row, record: Row | None, opened: bool) -> list[Fact]:
    facts = []
    if row["order_id"]:
        facts.append(Fact(f"order {row['order_id']}"))
    if row["event_id"] and (opened or row.get("reason") == Reason.DUPLICATE_EVENT):
        facts.append(Fact(f"event id {row['event_id']}"))
    if row["value"]:
        worth = numbers.money(row["value"], row["currency"])
        differs = record is not None and (row["value"], row["currency"]) != (record["value"], record["currency"])
        facts.append(Fact(f"says {worth}" if differs else worth, differs))
    facts.extend(Fact(of_flag(flag).title, True) for flag in row.get("flags") or [])
    return facts


def _brought(row: Row, copies: Mapping[str, tuple[Told, str]]) -> list[Fact]:
    """By which key it met its record, and what it added there."""
    copy, currency = copies.get(f"{row['hit']}/{row['n']}", (None, ""))
    if copy is None:
        return []
    how = account.matched(copy)
    facts = [Fact(how, copy.matched_by == "weak")] if how else []
    return [*facts, *(Fact(text, warn) for text, warn in account.added(copy, currency))]


def _received(row: Row, zone: str) -> list[tuple[str, str]]:
    pairs = [
        ("hit", f"{row['hit']}/{row['n']}"),
        ("source", words.VIAS[Via(row["via"])].title.lower()),
        ("event", row["name"]),
        ("event id", row["event_id"]),
        ("sender's id", row["sent_id"]),
        ("navigation", row["nav"]),
        ("happened", _full(_at(row["at"]), zone)),
        ("received", _full(_at(row["received_at"]), zone)),
        ("step", row.get("step", "")),
        ("held by", _holder(row)),
    ]
    return [(name, str(value)) for name, value in pairs if value]


def _holder(row: Row) -> str:
    """The sighting that was there before a copy."""
    of = row.get("of_hit", "")
    return f"{of}/{row['of_n']}" if of and of.strip("0-") else ""


def _fields(main: Row) -> list[tuple[str, str]]:
    """The record's own fields, in the order in which people ask for them."""
    worth = numbers.money(main["value"], main["currency"]) if main["value"] else ""
    campaign = " / ".join(filter(None, (main.get("campaign"), main.get("source"), main.get("medium"))))
    pairs = [
        ("Event", main["name"]),
        ("Value", worth),
        ("Tax", numbers.money(main["tax"], main["currency"]) if main.get("tax") else ""),
        ("Shipping", numbers.money(main["shipping"], main["currency"]) if main.get("shipping") else ""),
        ("Coupon", main.get("coupon")),
        ("Order id", main["order_id"]),
        ("Event id", main["event_id"]),
        ("Page", f"{main['host']}{main['path']}"),
        ("Title", main.get("title")),
        ("Referrer", main.get("referrer")),
        ("Channel", main.get("channel")),
        ("Campaign", campaign),
        ("Campaign id", main.get("campaign_id")),
        *((name, value) for name, value in sorted((main.get("properties") or {}).items())),
    ]
    return [(name, str(value)) for name, value in pairs if value]


def _visitor(main: Row, rows: Sequence[Row]) -> list[tuple[str, str]]:
    devices = dict.fromkeys(
        " on ".join(filter(None, (row["browser"], row["os"]))) for row in rows if row["browser"] or row["os"]
    )
    pairs = [
        ("Visitor", visitor_name(main["visitor"])),
        ("Country", countries.name(main["country"]) if main["country"] else ""),
        ("Language", main.get("language")),
        ("Devices", ", ".join(devices)),
        ("Signed in", "yes" if main.get("user_id") else ""),
    ]
    return [(name, str(value)) for name, value in pairs if value]


def visitor_name(visitor: Any) -> str:
    """A short name that says nothing about anybody."""
    number = int(visitor)
    if not number:
        return ""
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    return "v_" + "".join(letters[number >> shift & 31] for shift in (15, 10, 5, 0))


def _verdict_note(main: Row) -> str:
    sure = f"{main['confidence']}% sure" if main.get("confidence") else ""
    rules = f"rule set {main['ruleset']}" if main.get("ruleset") else ""
    return ", ".join(filter(None, (main.get("agent") if main["actor"] != Actor.HUMAN else "", sure, rules)))


def _provenance(main: Row, told: _Told) -> list[str]:
    lines = [f"Hit {main['hit']}"]
    if len(told.rows) > 1:
        lost = f" + {told.lost} dropped" if told.lost else ""
        apart = f" + {told.machines} machine's" if told.machines else ""
        parts = f"{len(told.events)} counted + {told.joined} joined + {told.aside} set aside{apart}{lost}"
        lines.append(f"{len(told.rows)} copies = {parts}")
    return lines


def _browser(row: Row) -> str:
    version = row.get("browser_version")
    return f"{row['browser']} {version}" if row["browser"] and version else str(row["browser"])


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _time(at: datetime, zone: str, main_day: date) -> str:
    """To the millisecond on the day of the record, which the page's first line names; with the date on another."""
    same = at.astimezone(ZoneInfo(zone)).date() == main_day
    return numbers.clock_ms(at, zone) if same else numbers.when(at, zone, main_day)


def _full(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{numbers.long_day(local.date())} {numbers.clock_ms(at, zone)}"


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{_count_word(count)} times")


def _count_word(count: int) -> str:
    spelled = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return spelled[count] if count < len(spelled) else numbers.count(count)
