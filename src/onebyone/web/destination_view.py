"""What the pages of destinations show, in their words. No request, no template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from onebyone.destinations.destination import Destination
from onebyone.event import utc
from onebyone.state.deliveries import CORRECTABLE, Delivery, State, Tally
from onebyone.state.destinations import Configured
from onebyone.web import numbers
from onebyone.web.delivery_words import of_cause, of_state, of_stop
from onebyone.web.words import Words

PARTS = ("accepted", "waiting", "retrying", "refused", "not_eligible", "not_allowed")
TITLES = ("Accepted", "Waiting", "Retrying", "Refused", "Not eligible", "Not allowed")
_SHADES = ("s-ok", "s-l", "s-w", "s-b", "s-o", "s-o")
_PART_OF = {
    State.SETTLING: "waiting",
    State.WAITING: "waiting",
    State.SENDING: "waiting",
    State.GAVE_UP: "refused",
}
_WEIGHTS = {  # an estimate by what the platforms list as inputs, ours alone
    "em": 3.0, "ph": 2.0, "external_id": 1.0, "fbc": 2.0, "fbp": 1.0, "client_ip_address": 0.5,
    "client_user_agent": 0.5, "fn": 0.3, "ln": 0.3, "ct": 0.2, "st": 0.1, "zp": 0.3, "country": 0.1, "db": 0.3,
    "ge": 0.1,
}  # fmt: skip
_SAME = """
em emailAddress email hashedEmail hashed_email sha256_email_address SHA256_EMAIL sha256_email
ph phoneNumber phone hashedPhoneNumber hashed_phone_number sha256_phone_number phone_number sha256_phone
fbc gclid gbraid wbraid ttclid twclid click_id sc_click_id msclkid LINKEDIN_FIRST_PARTY_ADS_TRACKING_UUID
fbp client_id ttp sc_cookie1 uuid
client_ip_address ip ip_address clientIpAddress ipAddress ip_override PLAINTEXT_IP_ADDRESS
client_user_agent user_agent clientUserAgent userAgent
fn first_name givenName sha256_first_name firstName
ln last_name familyName sha256_last_name lastName
zp zip_code postalCode postal_code
"""
_MEANS = {name: line.split()[0] for line in _SAME.strip().splitlines() for name in line.split()}
_NAMES = {
    "em": "E-mail", "ph": "Phone", "fbc": "Click id", "fbp": "Browser id", "client_ip_address": "Address",
    "client_user_agent": "User agent", "fn": "First name", "ln": "Last name", "zp": "Postcode", "ct": "City",
    "st": "State", "country": "Country", "external_id": "External id", "db": "Birthday", "ge": "Gender",
}  # fmt: skip


class Share(Struct, frozen=True):
    """A piece of the bar that shows how a destination's conversions divide."""

    x: float
    width: float
    shade: str
    title: str


class Line(Struct, frozen=True, kw_only=True):
    """One destination in the list."""

    name: str
    title: str
    sub: str
    state: Words
    counts: dict[str, int]
    total: int
    shares: list[Share]
    stop: Words | None
    stopped_at: str


def line(destination: Destination[Any], one: Configured, tallies: Iterable[Tally], zone: str) -> Line:
    counts = dict.fromkeys(PARTS, 0)
    for tally in tallies:
        if tally.destination == one.name:
            counts[_PART_OF.get(State(tally.state), tally.state)] += tally.rows
    version = one.settings.get("version", destination.facts.version)
    stop = of_stop(one.stopped, destination.title) if one.stopped else None
    return Line(
        name=one.name,
        title=destination.title,
        sub=f"API {version}" if version else ("signed" if one.name == "webhook" else ""),
        state=_state(one, counts),
        counts=counts,
        total=sum(counts.values()),
        shares=_shares(counts),
        stop=stop,
        stopped_at=numbers.moment(utc(one.stopped_ms), zone) if one.stopped_ms else "",
    )


def _state(one: Configured, counts: Mapping[str, int]) -> Words:
    if one.stopped:
        return Words("Stopped", "", "", "x", "ba")
    if not one.enabled:
        return Words("Paused", "", "", "dash", "of")
    return Words("Slowed down", "", "", "half", "wa") if counts["retrying"] else Words("Working", "", "", "full", "ok")


def _shares(counts: Mapping[str, int]) -> list[Share]:
    total, x, found = sum(counts.values()) or 1, 0.0, []
    for part, title, shade in zip(PARTS, TITLES, _SHADES, strict=True):
        width = 100 * counts[part] / total
        if width:
            found.append(
                Share(round(x, 3), round(max(0.1, width - 0.35), 3), shade, f"{title.lower()}: {counts[part]:,}")
            )
        x += width
    return found


class Cause(Struct, frozen=True):
    rows: int
    code: str
    state: str
    words: Words
    correctable: bool


def causes(tallies: Iterable[Tally], title: str) -> list[Cause]:
    """Why conversions did not arrive, the most frequent first."""
    found = [
        Cause(tally.rows, tally.cause, tally.state, of_cause(tally.cause, title), tally.state in CORRECTABLE)
        for tally in tallies
        if tally.cause and tally.state != State.ACCEPTED
    ]
    return sorted(found, key=lambda one: -one.rows)


class Shown(Struct, frozen=True, kw_only=True):
    """A delivery, for a table or a story."""

    time: str
    title: str
    href: str
    name: str
    sent_as: str
    state: Words
    cause: Words | None
    attempts: int
    keys: list[str]
    marks: list[str]
    trace: str
    request: str
    answer: str
    settles_at: str


def shown(one: Delivery, *, title: str, zone: str) -> Shown:
    at = one.answered_ms or one.sent_ms or one.queued_ms
    id = one.order_id or one.event_id
    return Shown(
        time=numbers.moment(utc(at), zone),
        title=id,
        href=f"/s/{one.site}/fate/{quote(id, safe='')}",
        name=title,
        sent_as=f"{one.name} {'adjustment' if one.part else ''}".strip(),
        state=of_state(one.state),
        cause=of_cause(one.cause, title) if one.cause else None,
        attempts=one.attempts,
        keys=msgspec.json.decode(one.keys, type=list[str]),
        marks=[mark.replace("_", " ") for mark in msgspec.json.decode(one.marks, type=list[str])],
        trace=one.trace,
        request=_indented(one.request),
        answer=_indented(one.answer),
        settles_at=numbers.moment(utc(one.due_ms), zone),
    )


def _indented(text: str) -> str:
    """JSON for a reader; what is none, a traceback, as it is."""
    try:
        return msgspec.json.format(text.encode(), indent=2).decode() if text else ""
    except msgspec.DecodeError:
        return text


class Key(Struct, frozen=True):
    name: str
    percent: float


def coverage(rows: Sequence[Mapping[str, Any]], destination: str) -> list[Key]:
    """Of the rows of `delivery_keys`: the share of accepted conversions that carried each identifier."""
    best: dict[str, float] = {}
    for row in rows:
        if row["destination"] == destination and row["of"]:
            name = _MEANS.get(row["key"], row["key"])
            best[name] = max(best.get(name, 0.0), 100 * row["deliveries"] / row["of"])
    return sorted(
        (Key(_NAMES.get(name, name), percent) for name, percent in best.items()), key=lambda key: -key.percent
    )


def quality(rows: Sequence[Mapping[str, Any]], destination: str) -> float | None:
    """From 1 to 10, by how many carried what; None before anything was accepted. No platform's own figure."""
    named = {value: key for key, value in _NAMES.items()}
    found = coverage(rows, destination)
    if not found:
        return None
    reached = sum(_WEIGHTS.get(named.get(key.name, ""), 0.0) * key.percent / 100 for key in found)
    return round(1 + 9 * min(1.0, reached / 8), 1)


def lag(rows: Sequence[Mapping[str, Any]], destination: str) -> tuple[float, float, datetime] | None:
    """Median and p95 in seconds behind the settle time, and the last answer; of the rows of `deliveries`."""
    for row in rows:
        if row["destination"] == destination and row["state"] == State.ACCEPTED and not row["cause"]:
            return row["median_s"], row["p95_s"], datetime.fromisoformat(row["last_at"])
    return None
