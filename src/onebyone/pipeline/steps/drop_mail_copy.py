from __future__ import annotations

from msgspec.structs import replace

from onebyone.event import MAILS, Actor, Drop, Event, Permission, Reason, Via
from onebyone.mail.facts import read_facts
from onebyone.mail.tokens import TRAP_LINK, is_shared
from onebyone.pipeline.classifier import Classifier
from onebyone.pipeline.mail_book import PERSON, MailBook, sighting_of_hit
from onebyone.pipeline.mail_network import mail_network
from onebyone.pipeline.mail_rules import MAIL_ACTORS, Look, Request, Thresholds, alone, gateway_of
from onebyone.pipeline.networks import Networks
from onebyone.pipeline.step import Context, Step
from onebyone.state.mail import Message, Mode, Recipient

_GONE = Drop(Reason.MESSAGE_UNKNOWN)
_STOPPED = Drop(Reason.MEASURING_STOPPED)


def drop_mail_copy(book: MailBook, classifier: Classifier, networks: Networks) -> Step:
    """Whose e-mail it was, who fetched it, and as much of it as may be kept (specs/email-and-bots.md 5, 6, 9).

    The verdict comes first, while address and user agent are there; the mode is read when the image is fetched.
    """

    def step(event: Event, context: Context) -> Event | Drop:
        if event.via not in MAILS:
            return event
        facts = read_facts(context.hit.body)
        message = book.seen.message(bytes.fromhex(facts.message))
        if message is None or message.site != event.site:
            return _GONE
        recipient = _recipient(book, message, bytes.fromhex(facts.recipient), event)
        if recipient is None:
            return _GONE
        event = _of_message(event, message, recipient)
        said = classifier.of_agent(context.user_agent)
        if event.via == Via.UNSUBSCRIBE:  # also a scanner's is honoured
            book.seen.wish(recipient, facts.wants, context.hit.received_ms)
            return replace(event, actor=MAIL_ACTORS.get(said.label, Actor.MACHINE_DECLARED), agent=said.agent)
        event = replace(event, agent=said.agent)
        if event.via == Via.OPEN and recipient.mode == Mode.OFF:
            return _STOPPED
        look = _look(event, context, recipient, message, trap=facts.link == TRAP_LINK)
        if recipient.mode == Mode.HYGIENE and event.via == Via.OPEN:
            if look.found.actor in PERSON:
                book.seen.wish(recipient, "day", context.hit.received_ms)
            return Drop(Reason.OPEN_DAY_KEPT)
        if recipient.mode == Mode.FULL:
            event = _with_surroundings(event, context, look)
        kept, first = book.enter(look, event, recipient, message)
        return kept if kept is not None else Drop(Reason.OPEN_REPEATED, of=sighting_of_hit(first))

    def _with_surroundings(event: Event, context: Context, look: Look) -> Event:
        """The gateway in between; and that others than the recipient read it, who are not known."""
        gateway = gateway_of(context.headers)
        flags = [*event.flags, f"gateway:{gateway}"] if gateway else event.flags
        reads = look.found.actor == Actor.HUMAN and not look.click
        if reads and book.is_forwarded(look.recipient, context.address):
            return replace(event, flags=[*flags, "forwarded_likely"], user_id="")
        return replace(event, flags=flags)

    def _look(event: Event, context: Context, recipient: Recipient, message: Message, *, trap: bool) -> Look:
        facts = read_facts(context.hit.body)
        mail = context.site.mail
        asked = Request(
            click=event.via == Via.LINK,
            at_ms=context.hit.received_ms,
            method=context.hit.method,
            headers=context.headers,
            agent=context.user_agent,
            label=classifier.of_agent(context.user_agent).label,
            network=mail_network(networks, context.address),
            sent_ms=recipient.sent_ms,
            bad=facts.bad,
            trap=trap,
            known_human=book.was_person(recipient, before_ms=context.hit.received_ms),
        )
        found = alone(asked, Thresholds(mail.open_min_seconds * 1000, mail.open_soft_seconds * 1000))
        return Look(
            hit=context.hit.id,
            click=asked.click,
            at_ms=asked.at_ms,
            message=message.key,
            recipient=bytes.fromhex(facts.recipient),
            link=facts.link,
            source=book.source(context.address, context.user_agent),
            trap=trap and found.actor != Actor.MACHINE_PREFETCH,
            domain=recipient.domain,
            found=found,
        )

    return step


def _recipient(book: MailBook, message: Message, recipient: bytes, event: Event) -> Recipient | None:
    """The recipient; one that stands for everybody of a message and day has no row."""
    found = book.seen.recipient(recipient)
    if found is not None:
        return found if found.message == message.key else None
    if event.via == Via.OPEN and is_shared(recipient):
        return Recipient(recipient, message.key, message.site, "", "", Mode.AGGREGATE, "", "", recipient, 0)
    return None


def _of_message(event: Event, message: Message, recipient: Recipient) -> Event:
    shared = recipient.mode == Mode.AGGREGATE and event.via == Via.OPEN
    at = event.at.replace(hour=0, minute=0, second=0, microsecond=0) if shared else event.at
    properties = event.properties | ({"domain": recipient.domain} if recipient.domain else {})
    before = bool(recipient.sent_ms) and event.at.timestamp() * 1000 < recipient.sent_ms
    return replace(
        event,
        at=at,
        recipient="" if shared else event.recipient,
        user_id=recipient.user_id if recipient.mode == Mode.FULL else "",
        source=message.params.get("utm_source", ""),
        medium="email",
        campaign=message.campaign,
        channel="Email",
        properties=properties,
        permissions=Permission.EMAIL_OPENS.bit if recipient.mode == Mode.FULL else 0,
        consent_source="recipient",
        flags=[*event.flags, "before_sending"] if before else event.flags,
    )
