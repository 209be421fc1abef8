"""A mailing between a fake log and a real state: fetches in, events out."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Engine

from fakes.memory_log import MemoryDeadLetters, MemoryLog
from fakes.state import in_memory
from onebyone.event import Ended, Event, Hit, hit_uuid
from onebyone.mail.facts import CLICK_PARAM, Facts
from onebyone.mail.tokens import message_id
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.mail_book import MailBook
from onebyone.pipeline.networks import NOWHERE, Found
from onebyone.pipeline.persons import Persons
from onebyone.pipeline.seen import Seen
from onebyone.pipeline.step import Step
from onebyone.pipeline.steps.add_device import add_device
from onebyone.pipeline.steps.add_mail_visit import add_mail_visit
from onebyone.pipeline.steps.add_page import add_page
from onebyone.pipeline.steps.add_place import add_place
from onebyone.pipeline.steps.add_verdict import add_verdict
from onebyone.pipeline.steps.drop_mail_copy import drop_mail_copy
from onebyone.pipeline.worker import Settings, Worker
from onebyone.places import Places
from onebyone.state.choices import Choices
from onebyone.state.claims import Claims
from onebyone.state.consent_records import ConsentRecords
from onebyone.state.conversions import Conversions
from onebyone.state.identity import Identity
from onebyone.state.mail import Mail, Message, Mode, NewRecipient, Recipient
from onebyone.state.mail_seen import MailSeen
from onebyone.telemetry import Counters
from pipeline.examples import RECEIVED_MS, SITE

HOME = "203.0.113.0"
NETWORKS = {
    "": (HOME, NOWHERE),
    "apple": ("17.58.0.0", Found(touched=frozenset({"relay.apple"}))),
    "google": ("66.249.80.0", Found(is_google=True)),
    "aws": ("52.1.2.0", Found(is_datacenter=True)),
}


class FakeNetworks:
    def find(self, address: str) -> Found:
        return dict(NETWORKS.values()).get(address, NOWHERE)


@cache
def _shared() -> tuple[Judge, Step]:
    """What takes long to make."""
    return Judge(), add_place(Places())


def mail_steps(book: MailBook, seen: Seen) -> tuple[tuple[str, Step], ...]:
    """The steps that matter here, in their order."""
    judge, place = _shared()
    return (
        ("add_page", add_page),
        ("add_device", add_device),
        ("add_place", place),
        ("add_verdict", add_verdict(judge, seen)),
        ("add_mail_visit", add_mail_visit(book)),
        ("drop_mail_copy", drop_mail_copy(book, judge.classifier, FakeNetworks())),  # type: ignore[arg-type]
    )


class MailRoom:
    def __init__(self, *, links: int = 4, engine: Engine | None = None) -> None:
        self.engine = engine or in_memory()
        self.mail = Mail(self.engine)
        self.message = Message(
            id=message_id(SITE.id, b"m" * 12).hex(),
            site=SITE.id,
            name="News",
            campaign="november",
            links=tuple(f"https://shop.example/{n}" for n in range(links)),
        )
        self.mail.add_message(self.message)
        self.hits, self.events, self.letters = MemoryLog(), MemoryLog(), MemoryDeadLetters()
        self._count = 0
        self.worker = self.new_worker()

    def new_worker(self) -> Worker:
        book = MailBook(MailSeen(self.engine, self.mail), b"k" * 32)
        return Worker(
            reader=self.hits,
            writer=self.events.writer("pipeline"),
            events=self.events,
            letters=self.letters,
            claims=Claims(self.engine),
            conversions=Conversions(self.engine),
            choices=Choices(self.engine),
            records=ConsentRecords(self.engine),
            persons=Persons(Identity(self.engine), Choices(self.engine)),
            book=book,
            steps=lambda claims, counting: mail_steps(book, claims),
            sites=lambda needed=(): {SITE.id: SITE},
            counters=Counters("test"),
            now_ms=lambda: RECEIVED_MS,
            settings=Settings(max_groups=1),
        )

    def add(self, ref: str, *, mode: Mode = Mode.FULL, domain: str = "", shared: bytes = b"") -> Recipient:
        """Handed over at RECEIVED_MS."""
        person = NewRecipient(ref=ref, mode=mode, domain=domain, user_id=f"u-{ref}", sent_ms=RECEIVED_MS, shared=shared)
        return self.mail.add_recipients(self.message, [person], now_ms=RECEIVED_MS)[0]

    def hit(self, via: str, recipient: bytes, *, at_s: float, **given: Any) -> Hit:
        self._count += 1
        facts = Facts(
            self.message.id, recipient.hex(), given.pop("link", 0), given.pop("bad", ""), given.pop("wants", "")
        )
        at_ms = RECEIVED_MS + round(at_s * 1000)
        fields: dict[str, Any] = {
            "id": at_ms.to_bytes(6, "big") + self._count.to_bytes(10, "big"),
            "received_ms": at_ms,
            "via": via,
            "site": SITE.id,
            "method": "GET",
            "path": "/v1/o/",
            "query": "",
            "headers": {},
            "address": HOME,
            "body": facts.encode(),
        }
        return Hit(**fields | given)

    def fetch(self, event: dict[str, Any], recipient: Recipient) -> Hit:
        """One of a scenario's events."""
        headers = {"user-agent": event["ua"], **event.get("headers", {})}
        return self.hit(
            "link" if event.get("click") else "open",
            recipient.shared or recipient.id,
            at_s=event["d"],
            link=event.get("link", 0),
            bad=event.get("bad", ""),
            method=event.get("method", "GET"),
            headers=headers,
            address=event.get("address") or NETWORKS[event.get("network", "")][0],
        )

    def landing(self, click: Hit, name: str, *, user_agent: str) -> Hit:
        """An event of the tag on the page that a click led to."""
        self._count += 1
        param = f"{CLICK_PARAM}={base64.urlsafe_b64encode(click.id).rstrip(b'=').decode()}"
        body = {
            "site": SITE.id,
            "events": [{"name": name, "id": f"e{self._count}", "page": {"url": f"https://shop.example/0?{param}"}}],
        }
        return Hit(
            id=(click.received_ms + 2_000).to_bytes(6, "big") + self._count.to_bytes(10, "big"),
            received_ms=click.received_ms + 2_000,
            via="tag",
            site=SITE.id,
            method="POST",
            path="/v1/e",
            query="",
            headers={"user-agent": user_agent, "accept-language": "de"},
            visitor="v1",
            address=HOME,
            body=msgspec.json.encode(body),
        )

    def run(self, hits: Sequence[Hit], *, at_once: bool = False) -> None:
        """In one batch, or each in its own."""
        writer = self.hits.writer("c0")
        for group in [hits] if at_once else [[hit] for hit in hits]:
            writer.append([msgspec.msgpack.encode(hit) for hit in group], count=len(group))
        while self.worker.run_once():
            pass

    def rows(self) -> dict[str, Event | Ended]:
        """What the store would hold: the last row of each hit."""
        found: dict[str, Event | Ended] = {}
        for group in self.events.read({}, max_groups=10_000):
            for record in group.records:
                kind: type[Event] | type[Ended] = Event if record[:1] == b"E" else Ended
                row = msgspec.json.decode(record[1:], type=kind)
                found[row.hit] = row
        return found

    def row(self, hit: Hit) -> Event | Ended:
        return self.rows()[hit_uuid(hit.id)]

    def event(self, hit: Hit) -> Event:
        row = self.row(hit)
        assert isinstance(row, Event), row
        return row
