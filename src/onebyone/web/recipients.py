"""A recipient in words: what was sent to them, and what was seen of it with the verdict and its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from onebyone.event import Actor, utc
from onebyone.mail.tokens import TRAP_LINK
from onebyone.state.mail import Message, Mode, Recipient
from onebyone.web import numbers, words
from onebyone.web.desk import Row
from onebyone.web.flag_words import of_flag
from onebyone.web.persons import Moment
from onebyone.web.story import visitor_name

_PEOPLE = (Actor.HUMAN, Actor.HUMAN_PROXIED)
MODES: Mapping[str, str] = {
    Mode.FULL: "opens are measured",
    Mode.AGGREGATE: "opens are only counted, without a name",
    Mode.HYGIENE: "only the day of the last open is kept",
    Mode.OFF: "opens are not measured",
}


class Reader(Struct, frozen=True, kw_only=True):
    """A line of a message's recipients."""

    href: str
    name: str
    domain: str
    last: str
    human_opens: int
    other_opens: int
    human_clicks: int
    other_clicks: int
    visits: int
    has_left: bool


def short_name(recipient: Recipient, *, shows_ids: bool) -> str:
    """The sender's own id only for those who may see it: it may be an address."""
    return recipient.ref if shows_ids and recipient.ref else f"r_{recipient.id.hex()[:8]}"


def readers(
    rows: Sequence[Row], known: Mapping[bytes, Recipient], address: str, *, shows_ids: bool, zone: str, today: date
) -> list[Reader]:
    """Those of whom something was seen, in the report's order; who was erased is not there any more."""
    found = []
    for row in rows:
        recipient = known.get(bytes.fromhex(row["recipient"]))
        if recipient is None:
            continue
        made = Reader(
            href=f"{address}/recipients/{recipient.id.hex()}",
            name=short_name(recipient, shows_ids=shows_ids),
            domain=recipient.domain,
            last=numbers.when(datetime.fromisoformat(row["last_at"]), zone, today),
            human_opens=int(row["human_opens"]),
            other_opens=int(row["other_opens"]),
            human_clicks=int(row["human_clicks"]),
            other_clicks=int(row["other_clicks"]),
            visits=int(row["visits"]),
            has_left=bool(row["leaves"]),
        )
        found.append(made)
    return found


def timeline(
    rows: Sequence[Row], mails: Sequence[tuple[Recipient, Message]], site: str, zone: str, today: date
) -> list[Moment]:
    """What was sent and what was seen of it, the latest first."""
    messages = {recipient.id.hex(): message for recipient, message in mails}
    found = [_seen(row, messages.get(row["recipient"]), site, zone, today) for row in rows]
    for recipient, message in mails:
        found += _sent(recipient, message, zone, today)
    return sorted(found, key=lambda moment: moment.at, reverse=True)


def _sent(recipient: Recipient, message: Message, zone: str, today: date) -> list[Moment]:
    found = []
    if recipient.sent_ms:
        at = utc(recipient.sent_ms)
        made = Moment(
            at=at,
            time=numbers.when(at, zone, today),
            glyph="x" if recipient.bounced else "open",
            tone="ba" if recipient.bounced else "of",
            headline=f"“{message.name}” {'came back' if recipient.bounced else 'was sent'}",
            text=f"{MODES[recipient.mode].capitalize()}.",
        )
        found.append(made)
    if recipient.last_open_day:
        day = date(1970, 1, 1) + timedelta(days=recipient.last_open_day)
        kept = Moment(
            at=datetime(day.year, day.month, day.day, tzinfo=UTC),
            time=numbers.day(day),
            glyph="full",
            tone="ac",
            headline=f"“{message.name}” was last opened",
            text="Nothing but the day is kept.",
        )
        found.append(kept)
    return found


def _seen(row: Row, message: Message | None, site: str, zone: str, today: date) -> Moment:
    at = datetime.fromisoformat(row["at"])
    actor = words.of_actor(row["actor"])
    rules = "; ".join(words.of_rule(rule) for rule in row["reasons"])
    sure = f"{row['confidence']}% sure" if row["confidence"] else ""
    by = f"{actor.title}{f' ({sure})' if sure else ''}: {rules or actor.happened[0].lower() + actor.happened[1:]}"
    where = " on ".join(part for part in (row["browser_name"], row["os"]) if part)
    tags = [
        f"repeated {row['repeats']} times" if row["repeats"] else "",
        visitor_name(row["browser"]) if int(row["browser"]) else "",
        where,
        *(of_flag(flag).title for flag in row["flags"]),
    ]
    return Moment(
        at=at,
        time=numbers.when(at, zone, today),
        glyph=actor.glyph,
        tone=actor.tone,
        headline=_headline(row, message),
        text=by if by.endswith(".") else f"{by}.",
        href=f"/s/{site}/fate/{row['hit']}",
        strong=row["actor"] in _PEOPLE and row["name"] == "email_click",
        tags=tuple(tag for tag in tags if tag),
    )


def _headline(row: Row, message: Message | None) -> str:
    if row["name"] == "email_unsubscribe":
        return "Stopped the measuring" if row["wants"] == "silence" else "Unsubscribed"
    if row["name"] == "email_open" and row["actor"] in _PEOPLE:
        return f"Opened “{message.name}”" if message else "Opened"
    if row["name"] == "email_click":
        return f"{'Clicked' if row['actor'] in _PEOPLE else 'Link followed'}: {_target(row, message)}"
    if row["name"] == "email_open":
        return f"Image of “{message.name}” loaded" if message else "Image loaded"
    return f"{row['name']} on {row['host']}{row['path']}"


def _target(row: Row, message: Message | None) -> str:
    """Where a link leads, without what a query may say about a person."""
    index = int(row["link"]) if str(row["link"]).isdigit() else -1
    if index == TRAP_LINK:
        return "the link nobody can see"
    if message is None or not 0 <= index < len(message.links):
        return "a link"
    parts = urlsplit(message.links[index])
    return f"{parts.netloc}{parts.path}"
