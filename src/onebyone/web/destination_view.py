"""What the pages of destinations show, in their words. No request, no template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from onebyone.destinations.destination import Destination
from onebyone.event import utc
from onebyone.state.deliveries import Delivery, State, Tally
from onebyone.state.destinations import Configured
from onebyone.web import numbers
from onebyone.web.delivery_said import said_by
from onebyone.web.delivery_words import MARKS, is_token, of_cause, of_state, of_stop
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
    "session_id": "Session id", "address": "Postal address",
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
    token: bool  # another token may end the stop
    lag: str


def line(
    destination: Destination[Any],
    one: Configured,
    tallies: Iterable[Tally],
    zone: str,
    report: Sequence[Mapping[str, Any]] = (),
) -> Line:
    """`report` are the rows of `deliveries`."""
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
        token=is_token(one.stopped),
        lag=seconds(found[1]) if (found := lag(report, one.name)) is not None else "",
    )


def _state(one: Configured, counts: Mapping[str, int]) -> Words:
    if one.stopped:
        return Words("Stopped", "", "", "x", "ba")
    if not one.enabled:
        return Words("Paused", "", "", "dash", "of")
    if not any(counts.values()):
        return Words("Nothing yet", "", "", "open", "of")
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


class Part(Struct, frozen=True):
    """A row of the ledger: how many, what they are, and what they wait for."""

    rows: int
    words: Words
    why: str


def parts(
    one: Configured, counts: Mapping[str, int], tallies: Sequence[Tally], title: str, due: Mapping[str, str]
) -> list[Part]:
    """`due` says when the next leaves, by part."""
    kinds = (State.ACCEPTED, State.WAITING, State.RETRYING, State.REFUSED, State.NOT_ELIGIBLE, State.NOT_ALLOWED)
    held = "" if one.running else "until the stop ends" if one.stopped else "until you resume"
    whys = {
        "accepted": "each once by its event id",
        "waiting": held or f"their copies may still meet; the next leaves at {due.get('waiting', '')}",
        "retrying": held or f"tried in vain; the next attempt is at {due.get('retrying', '')}",
        "refused": "kept for you to correct and send again",
    }
    found = []
    for part, name, kind in zip(PARTS, TITLES, kinds, strict=True):
        mine = [each for each in tallies if _PART_OF.get(State(each.state), each.state) == part and each.cause]
        most = max(mine, key=lambda each: each.rows, default=None)
        why = (
            whys.get(part, "")
            if most is None or part in whys
            else "mostly: " + _within(of_cause(most.cause, title).title)
        )
        words = of_state(kind)
        found.append(Part(counts[part], Words(name, "", "", words.glyph, words.tone), why if counts[part] else ""))
    return found


def _within(title: str) -> str:
    """As it stands within a sentence."""
    return title[:1].lower() + title[1:]


class Cause(Struct, frozen=True):
    rows: int
    code: str
    state: str
    words: Words
    correctable: bool
    said: str = ""  # by the platform, the last time
    example: str = ""  # an order or event
    href: str = ""


_FIRST = (State.REFUSED, State.GAVE_UP, State.RETRYING, State.NOT_ELIGIBLE, State.NOT_ALLOWED)
_WORTH_SENDING = (State.REFUSED, State.GAVE_UP, State.NOT_ELIGIBLE)


def causes(
    tallies: Iterable[Tally], title: str, newest: Callable[[Tally], Delivery | None] = lambda tally: None
) -> list[Cause]:
    """Why conversions did not arrive: what needs somebody first, then the most frequent."""
    found = [tally for tally in tallies if tally.cause and tally.state in _FIRST]
    found.sort(key=lambda tally: (_FIRST.index(State(tally.state)), -tally.rows))
    return [_cause(tally, title, newest(tally)) for tally in found]


def _cause(tally: Tally, title: str, last: Delivery | None) -> Cause:
    id = last.order_id or last.event_id if last is not None else ""
    return Cause(
        tally.rows,
        tally.cause,
        tally.state,
        of_cause(tally.cause, title),
        _may_go_again(tally.state, of_cause(tally.cause, title)),
        said_by(last.answer) if last is not None else "",
        id,
        f"/s/{last.site}/fate/{quote(id, safe='')}" if last is not None else "",
    )


def _may_go_again(state: str, cause: Words) -> bool:
    """Where somebody can do something about the cause."""
    return state in _WORTH_SENDING and not cause.to_do.startswith("Nothing to do")


def seconds(length: float) -> str:
    """48 s, 1 min 10 s."""
    return f"{length:.1f} s" if length < 10 else numbers.duration(timedelta(seconds=round(length)))


class Shown(Struct, frozen=True, kw_only=True):
    """A delivery, for a table or a story."""

    conversion: str
    stands: str
    time: str
    short: str  # when it happened, for a table
    answered: str  # how the platform answered, or why it was not asked
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
    may_go_again: bool


def shown(one: Delivery, *, title: str, zone: str, today: date | None = None) -> Shown:
    at = one.answered_ms or one.sent_ms or one.queued_ms
    id = one.order_id or one.event_id
    cause = of_cause(one.cause, title) if one.cause else None
    marks = [MARKS[mark].title.lower() for mark in msgspec.json.decode(one.marks, type=list[str]) if mark in MARKS]
    return Shown(
        conversion=one.conversion,
        stands=one.state,
        time=numbers.moment(utc(at), zone),
        short=numbers.when(utc(one.at_ms), zone, today) if today is not None else "",
        answered=_answered(one, cause, marks),
        title=id,
        href=f"/s/{one.site}/fate/{quote(id, safe='')}",
        name=title,
        sent_as=f"{one.name} {'adjustment' if one.part else ''}".strip(),
        state=of_state(one.state),
        cause=cause,
        attempts=one.attempts,
        keys=msgspec.json.decode(one.keys, type=list[str]),
        marks=marks,
        trace=one.trace,
        request=_indented(one.request),
        answer=_indented(one.answer),
        settles_at=numbers.moment(utc(one.due_ms), zone),
        may_go_again=cause is not None and _may_go_again(one.state, cause),
    )


def _answered(one: Delivery, cause: Words | None, marks: Sequence[str]) -> str:
    """In a few words."""
    if cause is not None:
        return cause.title
    took_ms = one.answered_ms - one.sent_ms
    taken = f"taken in {took_ms:,} ms" if one.state == State.ACCEPTED and one.sent_ms and took_ms >= 0 else ""
    return ", ".join([taken, *marks] if taken else marks)


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


class Gain(Struct, frozen=True):
    """What a destination got that no pixel could have told, of all that it accepted."""

    accepted: int
    server_alone: int

    @property
    def percent(self) -> float | None:
        """More than a pixel could have told; None where that is nothing."""
        seen = self.accepted - self.server_alone
        return 100 * self.server_alone / seen if seen else None


def gain(rows: Sequence[Mapping[str, Any]], destination: str) -> Gain | None:
    """Of the rows of `delivery_gain`; None before anything was accepted."""
    return next((Gain(row["accepted"], row["server_alone"]) for row in rows if row["destination"] == destination), None)


def lag(rows: Sequence[Mapping[str, Any]], destination: str) -> tuple[float, float, datetime] | None:
    """Median and p95 in seconds behind the settle time, and the last answer; of the rows of `deliveries`."""
    for row in rows:
        if row["destination"] == destination and row["state"] == State.ACCEPTED and not row["cause"]:
            return row["median_s"], row["p95_s"], datetime.fromisoformat(row["last_at"])
    return None
