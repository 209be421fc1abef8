"""The form of an alarm: what it watches, its limits, whom it tells; read, checked, its errors in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from litestar.datastructures import FormMultiDict
from msgspec import Struct
from msgspec.structs import replace

from onebyone.state.alarms import Alarm, Kind

_MOST_HOURS = 8 * 7 * 24
_MOST_ADDRESSES = 10
_ADDRESS = re.compile(r"[^\s@,;<>()\"]{1,64}@[^\s@,;<>()\"]{1,255}")


class KindWords(Struct, frozen=True):
    """What a kind watches. `limit` is the label of its limit, "" if it has none."""

    title: str
    about: str
    limit: str
    limit_hint: str
    default_limit: float
    hours: str
    default_hours: int
    of: str  # event or destination


KINDS: Mapping[Kind, KindWords] = {
    Kind.BLOCK_RATE: KindWords(
        "Browsers miss too much",
        "The share of conversions that your server saw and no browser reported, as on Loss.",
        "Raise above, per cent", "Only when the whole 95% interval lies above it", 35.0,
        "Of the last, hours", 168, "event",
    ),
    Kind.EVENT_STOPS: KindWords(
        "An event stops",
        "Nothing of an event comes any more, although it did in the same hours of the four weeks before.",
        "", "", 0.0, "For, hours", 6, "event",
    ),
    Kind.DESTINATION_FAILS: KindWords(
        "A destination fails",
        "A platform is stopped, refuses conversions, or has not answered for hours in spite of retries.",
        "Raise above refused, per cent", "Of at least 20 answers", 10.0, "Of the last, hours", 24, "destination",
    ),
    Kind.MATCH_RATE: KindWords(
        "Matches drop",
        "Conversions to a platform carry an identifier, by which it could match them, less often than before.",
        "Raise at a drop of more than, points", "Against the four weeks before, of at least 30 conversions each", 10.0,
        "Of the last, hours", 168, "destination",
    ),
}  # fmt: skip


class AlarmForm(Struct, frozen=True, kw_only=True):
    """What stands in the fields, as typed."""

    kind: str
    id: str = ""
    name: str = ""
    event: str = ""
    destination: str = ""
    limit: str = ""
    hours: str = ""
    to: str = ""
    url: str = ""


def blank(kind: Kind, event: str) -> AlarmForm:
    words = KINDS[kind]
    return AlarmForm(
        kind=kind, name=words.title, event=event, limit=f"{words.default_limit:g}", hours=str(words.default_hours)
    )


def form_of(alarm: Alarm) -> AlarmForm:
    return AlarmForm(
        kind=alarm.kind, id=alarm.id, name=alarm.name, event=alarm.event, destination=alarm.destination,
        limit=f"{alarm.limit:g}", hours=str(alarm.hours), to=", ".join(alarm.to), url=alarm.url,
    )  # fmt: skip


def typed(form: FormMultiDict) -> AlarmForm:
    most = {"to": 2_000, "url": 2_000}
    texts = {name: str(form.get(name, "")).strip()[: most.get(name, 100)] for name in AlarmForm.__struct_fields__}
    return AlarmForm(**texts)


def addresses(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in re.split(r"[\s,;]+", text) if part))


def check(form: AlarmForm, destinations: Sequence[str]) -> Mapping[str, str]:
    """The sentence for each field that is wrong; empty if all is well."""
    wrong = {}
    words = KINDS[Kind(form.kind)]
    if not form.name:
        wrong["name"] = "Give it a name."
    if words.of == "event" and not re.fullmatch(r"[\w.:\-]{1,64}", form.event):
        wrong["event"] = "Write the name of an event, like purchase."
    if words.of == "destination" and form.destination not in destinations:
        wrong["destination"] = "Choose a destination that is set up."
    if words.limit and _number(form.limit, 0, 100) is None:
        wrong["limit"] = "Write a number, 0 to 100."
    if _number(form.hours, 1, _MOST_HOURS) is None or not form.hours.isascii() or not form.hours.isdigit():
        wrong["hours"] = f"Write hours, 1 to {_MOST_HOURS:,}."
    return wrong | check_ways(form.to, form.url)


def check_ways(to: str, url: str) -> dict[str, str]:
    wrong = {}
    found = addresses(to)
    if any(not _ADDRESS.fullmatch(one) for one in found):
        wrong["to"] = "Write addresses like ops@shop.example, with commas between."
    elif len(found) > _MOST_ADDRESSES:
        wrong["to"] = f"{_MOST_ADDRESSES} addresses at most."
    if url and not _is_web(url):
        wrong["url"] = "Write an address that begins with https:// or http://."
    if not found and not url:
        wrong["to"] = "Name an e-mail address or a webhook: else nobody hears of it."
    return wrong


def made(form: AlarmForm, alarm: Alarm) -> Alarm:
    """The alarm with a checked form's values."""
    words = KINDS[Kind(form.kind)]
    return replace(
        alarm,
        name=form.name,
        event=form.event if words.of == "event" else "",
        destination=form.destination if words.of == "destination" else "",
        limit=_number(form.limit, 0, 100) or 0.0,
        hours=int(form.hours),
        to=addresses(form.to),
        url=form.url,
    )


def watches(alarm: Alarm, titles: Mapping[str, str]) -> str:
    """What an alarm watches, in a sentence."""
    name = titles.get(alarm.destination, alarm.destination)
    length = f"{alarm.hours} h" if alarm.hours % 24 else f"{alarm.hours // 24} d"
    return {
        Kind.BLOCK_RATE: f"more than {alarm.limit:g}% of {alarm.event} missed by browsers in {length}",
        Kind.EVENT_STOPS: f"no {alarm.event} for {length}",
        Kind.DESTINATION_FAILS: f"{name} stopped, silent, or refusing more than {alarm.limit:g}% in {length}",
        Kind.MATCH_RATE: f"identifiers to {name} down by more than {alarm.limit:g} points in {length}",
    }[alarm.kind]


def _number(text: str, least: float, most: float) -> float | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if least <= number <= most else None


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and not re.search(r"[\s\x00-\x1f]", url)
    except ValueError:
        return False
