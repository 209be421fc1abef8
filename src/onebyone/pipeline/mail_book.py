"""E-mails as the steps see them: which message, what was fetched around it, and what that changes of earlier events."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from onebyone.event import Actor, Event, Sighting, hit_uuid
from onebyone.pipeline.mail_rules import NEAR_MS, VERSION, Found, Look, Rank, Verdict, is_repeat, judge, tells_of_source
from onebyone.state.mail import Message, Mode, Recipient
from onebyone.state.mail_seen import MAX_PLACES, MailSeen, Seen

OPEN_KEPT_MS = 15 * 60_000
CLICK_KEPT_MS = 30 * 86_400_000  # a page may say that long that somebody arrived
PERSON = (Actor.HUMAN, Actor.HUMAN_PROXIED)
_MACHINE = (Actor.MACHINE_PREFETCH, Actor.MACHINE_SCANNER, Actor.MACHINE_DECLARED)
_JSON = msgspec.json.Encoder()


class _Known(Struct, frozen=True):
    row: Seen
    look: Look


class MailBook:
    """One batch at a time, like the state below it."""

    def __init__(self, seen: MailSeen, key: bytes) -> None:
        """`key` makes the hashes by which sources are compared and not known."""
        self.seen = seen
        self._key = key
        self._due: Sequence[Seen] = ()

    def source(self, address: str, agent: str) -> bytes:
        text = f"{address}\x00{agent}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, key=self._key, digest_size=8).digest()

    def enter(self, look: Look, event: Event, recipient: Recipient, message: Message) -> tuple[Event | None, bytes]:
        """The event with its verdict; or None and the hit of which this is a repetition. Judges the neighbours anew."""
        row = _row(look, event)
        near = self._near(row, look, span_ms=2 * NEAR_MS)
        close = [one for one in near if abs(one.look.at_ms - look.at_ms) <= NEAR_MS]
        if recipient.mode != Mode.AGGREGATE:  # many share its token, and a proxy is a source that many share
            first = next((one.row for one in close if not one.row.of and is_repeat(look, one.look)), None)
            if first is not None:
                self.seen.put(replace(row, of=first.hit))
                repeats = 1 + sum(one.row.of == first.hit for one in close)
                self._write_again(first, {"repeat": str(repeats)})
                return None, first.hit
        verdict = judge(look, [one.look for one in close], links=len(message.links))
        event = with_verdict(event, verdict, recipient.mode)
        self.seen.put(_judged(row, event, verdict))
        mine = _Known(row, look)
        for one in close:
            self._judge_again(one, [mine, *(other for other in near if other is not one)])
        return event, b""

    def was_person(self, recipient: Recipient, *, before_ms: int) -> bool:
        return self.seen.was_person(recipient.id, before_ms=before_ms)

    def is_forwarded(self, recipient: bytes, address: str) -> bool:
        """Whether people read it in more places than one person is likely to."""
        return self.seen.places(recipient, self.source(address, "")) >= MAX_PLACES

    def arrived(self, site: str, click: bytes, *, engaged: int) -> tuple[Message, Recipient] | None:
        """Where that click came from; None if there is none. `engaged` is what the page saw, as in `Look`."""
        row = self.seen.of_hit(site, click)
        message = self.seen.message(row.message) if row else None
        recipient = self.seen.recipient(row.recipient) if row else None
        if row is None or message is None or recipient is None:
            return None
        if row.of:
            row = self.seen.of_hit(site, row.of) or row
        if engaged > row.engaged:
            row = replace(row, engaged=engaged)
            self.seen.put(row)
            near = self._near(row, _look(row), span_ms=NEAR_MS)
            self._revise(row, [one.look for one in near], links=len(message.links))
        return message, recipient

    def changed(self) -> list[Event]:
        """After the commit: events that have to be written again."""
        self._due = self.seen.due()
        return [msgspec.json.decode(row.event, type=Event) for row in self._due]

    def written(self) -> None:
        self.seen.written(self._due)

    def commit(self, now_ms: int) -> None:
        self.seen.commit(now_ms)

    def discard(self) -> None:
        self.seen.discard()

    def _near(self, row: Seen, look: Look, *, span_ms: int) -> list[_Known]:
        rows = self.seen.near(row, span_ms=span_ms, by_source=tells_of_source(look))
        return [_Known(one, _look(one)) for one in rows if one.hit != row.hit]

    def _judge_again(self, one: _Known, around: Sequence[_Known]) -> None:
        """A request, now that another is there. What was found to be a burst stays one."""
        if not one.row.event or one.look.found.rank == Rank.HARD or one.row.final:
            return
        message = self.seen.message(one.row.message)
        close = [other.look for other in around if abs(other.look.at_ms - one.look.at_ms) <= NEAR_MS]
        self._revise(one.row, close, links=len(message.links) if message else 0)

    def _revise(self, row: Seen, around: Sequence[Look], *, links: int) -> None:
        event = msgspec.json.decode(row.event, type=Event)
        verdict = judge(_look(row), around, links=links)
        if (event.actor, event.reasons[:1]) == (verdict.actor, [verdict.rule]):
            return
        recipient = self.seen.recipient(row.recipient)
        event = with_verdict(event, verdict, recipient.mode if recipient else Mode.AGGREGATE)
        self.seen.put(replace(_judged(row, event, verdict), due=1))

    def _write_again(self, row: Seen, properties: dict[str, str]) -> None:
        event = msgspec.json.decode(row.event, type=Event)
        event = replace(event, properties=event.properties | properties)
        self.seen.put(replace(row, event=_JSON.encode(event), due=1))


def with_verdict(event: Event, verdict: Verdict, mode: str) -> Event:
    """Device and place are a person's alone: a proxy's say nothing of the reader (section 5)."""
    event = replace(
        event,
        actor=verdict.actor,
        confidence=verdict.confidence,
        reasons=[verdict.rule],
        ruleset=VERSION,
        agent=event.agent if verdict.actor in _MACHINE else "",
    )
    if verdict.actor in _MACHINE or verdict.actor == Actor.HUMAN_PROXIED or mode != Mode.FULL:
        event = replace(event, browser="", browser_version=0, os="", device="", country="", region="", language="")
    return event


def _judged(row: Seen, event: Event, verdict: Verdict) -> Seen:
    person, final = int(verdict.actor in PERSON), int(verdict.rule.startswith("burst."))
    return replace(row, event=_JSON.encode(event), person=person, final=final)


def _row(look: Look, event: Event) -> Seen:
    kept_ms = CLICK_KEPT_MS if look.click else OPEN_KEPT_MS
    return Seen(
        hit=look.hit, site=event.site, click=int(look.click), at_ms=look.at_ms, message=look.message,
        recipient=look.recipient, link=look.link, source=look.source, trap=int(look.trap), domain=look.domain,
        found=_JSON.encode(look.found), until_ms=look.at_ms + kept_ms,
    )  # fmt: skip


def _look(row: Seen) -> Look:
    return Look(
        hit=row.hit, click=bool(row.click), at_ms=row.at_ms, message=row.message, recipient=row.recipient,
        link=row.link, source=row.source, trap=bool(row.trap), domain=row.domain,
        found=msgspec.json.decode(row.found, type=Found), engaged=row.engaged,
    )  # fmt: skip


def sighting_of_hit(hit: bytes) -> Sighting:
    return Sighting(f"{hit_uuid(hit)}/0")
