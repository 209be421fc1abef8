"""The JSON API of mailings: messages, recipients with their tokens, who was sent to, who left."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import get, post
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath, QueryParameter
from msgspec import Struct

from onebyone.mail.instrument import Instrumented, instrument
from onebyone.mail.senders import SENDERS
from onebyone.mail.targets import is_allowed, read_target
from onebyone.mail.tokens import MAX_LINKS, Ring, shared_recipient
from onebyone.state.mail import Message, Mode, NewRecipient, Recipient
from onebyone.state.sites import Site
from onebyone.state.users import Role
from onebyone.web import mailing
from onebyone.web.access import Ask, TheSite, need_sight, need_token, read_body
from onebyone.web.desk import Desk, TheDesk

MAX_HTML_BYTES = 16 << 20
MAX_RECIPIENTS = 1_000  # of one request
_DAY_MS = 86_400_000


class MessageIn(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    campaign: str = ""
    html: str = ""  # is given back as a template
    links: list[str] = []  # instead of HTML, where the sender places the links itself
    sender: str = "handlebars"
    params: dict[str, str] = {}
    position: Literal["bottom", "top"] = "bottom"
    click_id: bool = True


class MessageOut(Struct, frozen=True):
    id: str
    base: str  # of all addresses: BASE/v1/o/TOKEN.gif, BASE/v1/l/TOKEN, BASE/v1/u/TOKEN
    links: list[str]
    html: str
    image: str
    left: list[dict[str, Any]]  # links that stay as they are, and why
    flags: list[str]
    headers: dict[str, str]  # for the sender's template


class RecipientIn(Struct, frozen=True):
    """`ref` is the sender's own id of a person, not an address. Unknown fields are left alone."""

    ref: str
    domain: str = ""
    region: str = ""
    email_opens: Literal["granted", "denied", ""] = ""
    deliverability_only: bool = False  # of opens, nothing but the day of the last one
    user_id: str = ""
    sent_at: datetime | None = None


class RecipientsIn(Struct, frozen=True, forbid_unknown_fields=True):
    recipients: list[msgspec.Raw]


class RecipientOut(Struct, frozen=True, omit_defaults=True):
    ref: str
    status: Literal["ok", "duplicate", "unsubscribed", "invalid"]
    mode: str = ""
    variables: dict[str, str] = {}
    detail: str = ""


class RefsIn(Struct, frozen=True, forbid_unknown_fields=True):
    refs: list[str]
    at: datetime | None = None


class Done(Struct, frozen=True):
    recipients: int


class LeftOut(Struct, frozen=True):
    ref: str
    at: datetime


def _now_ms(desk: Desk) -> int:
    return int(desk.clock().timestamp() * 1000)


def _ms(at: datetime | None) -> int:
    """A time without a zone is UTC."""
    if at is None:
        return 0
    return max(0, int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000))


def _message(desk: Desk, site: Site, message_id: str) -> Message:
    try:
        found = desk.mail.find_message(bytes.fromhex(message_id))
    except ValueError:
        found = None
    if found is None or found.site != site.id:
        raise NotFoundException(f"There is no message {message_id} of this site.")
    return found


@post(
    "/api/v1/sites/{site_id:str}/mail/messages",
    status_code=201,
    tags=["mail"],
    summary="A message, and its HTML as a template",
    request_max_body_size=MAX_HTML_BYTES,
)
async def add_message(request: Ask, desk: TheDesk, site: TheSite) -> MessageOut:
    need_token(request, site, Role.EDITOR)
    sent: MessageIn = read_body(await request.body(), MessageIn)
    return await to_thread(_add_message, desk, site, sent)


def _add_message(desk: Desk, site: Site, sent: MessageIn) -> MessageOut:
    if not sent.name.strip() or len(sent.name) > 200:
        raise HTTPException(status_code=400, detail="name: what reports call the message, at most 200 characters")
    if sent.sender not in SENDERS:
        raise HTTPException(status_code=400, detail=f"sender: one of {', '.join(sorted(SENDERS))}")
    base = f"{desk.settings.collector_url}/{site.prefix}"
    letter = mailing.Letter(
        name=sent.name.strip(),
        campaign=sent.campaign[:200],
        params={name[:64]: value[:512] for name, value in list(sent.params.items())[:20]},
        click_id=sent.click_id,
        position=sent.position,
    )
    message = mailing.new_message(site, letter, now_ms=_now_ms(desk))
    done = Instrumented(html="")
    if sent.html:
        addresses = mailing.template_addresses(base, message, sent.sender)
        done = instrument(sent.html, addresses, position=sent.position)
    targets = [link.target for link in done.links] if sent.html else [_target(link, site) for link in sent.links]
    message = msgspec.structs.replace(message, links=tuple(targets[:MAX_LINKS]))
    desk.mail.add_message(message)
    return MessageOut(
        id=message.id,
        base=base,
        links=targets,
        html=done.html,
        image=done.image,
        left=[{"offset": one.offset, "why": one.why} for one in done.left],
        flags=list(done.flags),
        headers=dict(mailing.template_headers(base, sent.sender)),
    )


def _target(link: str, site: Site) -> str:
    target = read_target(link)
    if target is None or not is_allowed(target, site.mail.hosts):
        raise HTTPException(status_code=400, detail="links: each is a whole http or https address of an allowed host")
    return target


@get("/api/v1/sites/{site_id:str}/mail/messages", sync_to_thread=True, tags=["mail"], summary="The newest messages")
def api_messages(desk: TheDesk, site: TheSite) -> list[dict[str, Any]]:
    return [
        {"id": m.id, "name": m.name, "campaign": m.campaign, "made_ms": m.made_ms, "links": list(m.links)}
        for m in desk.mail.messages(site.id)
    ]


@post(
    "/api/v1/sites/{site_id:str}/mail/messages/{message_id:str}/recipients",
    status_code=200,
    tags=["mail"],
    summary="Recipients, each with its tokens",
)
async def add_recipients(
    request: Ask, desk: TheDesk, site: TheSite, message_id: FromPath[str]
) -> dict[str, list[RecipientOut]]:
    need_token(request, site, Role.EDITOR)
    sent: RecipientsIn = read_body(await request.body(), RecipientsIn)
    if len(sent.recipients) > MAX_RECIPIENTS:
        raise HTTPException(status_code=400, detail=f"recipients: at most {MAX_RECIPIENTS} at once")
    return {"recipients": await to_thread(_add_recipients, desk, site, message_id, sent.recipients)}


def _add_recipients(desk: Desk, site: Site, message_id: str, raws: Sequence[msgspec.Raw]) -> list[RecipientOut]:
    message, now_ms = _message(desk, site, message_id), _now_ms(desk)
    read = [_read_recipient(raw) for raw in raws]
    refs = [one.ref for one in read if isinstance(one, RecipientIn)]
    left = desk.mail.left(site.id, refs)
    people = {
        one.ref: _person(desk, site, message, one, now_ms)
        for one in reversed(read)
        if isinstance(one, RecipientIn) and one.ref not in left
    }
    made = {one.ref: one for one in desk.mail.add_recipients(message, list(people.values()), now_ms=now_ms)}
    ring = mailing.ring_of(desk.mail, now_ms=now_ms)
    told: list[RecipientOut] = []
    seen: set[str] = set()
    for one in read:
        if isinstance(one, RecipientOut):
            told.append(one)
        elif one.ref in left:
            told.append(RecipientOut(one.ref, "unsubscribed", detail="This person left. Do not send."))
        else:
            told.append(_told(message, made[one.ref], ring, again=one.ref in seen))
        seen.add(told[-1].ref)
    return told


def _told(message: Message, recipient: Recipient, ring: Ring, *, again: bool) -> RecipientOut:
    status: Literal["ok", "duplicate"] = "duplicate" if again else "ok"
    return RecipientOut(recipient.ref, status, recipient.mode, mailing.variables(message, recipient, ring))


def _read_recipient(raw: msgspec.Raw) -> RecipientIn | RecipientOut:
    """One bad recipient does not touch the others."""
    try:
        one = msgspec.json.decode(raw, type=RecipientIn)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return RecipientOut("", "invalid", detail=str(error))
    if not one.ref or len(one.ref) > 255 or "@" in one.ref:
        return RecipientOut(one.ref[:255], "invalid", detail="ref: your own id of the person, not an e-mail address")
    return one


def _person(desk: Desk, site: Site, message: Message, one: RecipientIn, now_ms: int) -> NewRecipient:
    mode = _mode(desk, site, one)
    return NewRecipient(
        ref=one.ref,
        mode=mode,
        user_id=one.user_id[:255],
        domain=one.domain.rpartition("@")[2].strip().lower()[:255],
        region=one.region.strip().upper()[:16],
        sent_ms=_ms(one.sent_at),
        shared=shared_recipient(message.key, now_ms // _DAY_MS),
    )


def _mode(desk: Desk, site: Site, one: RecipientIn) -> Mode:
    """What was said of this person, else what the law of the region allows (specs/email-and-bots.md 9)."""
    if one.email_opens == "denied":
        return Mode.HYGIENE if one.deliverability_only else Mode.OFF
    if one.deliverability_only:
        return Mode.HYGIENE
    if one.email_opens == "granted" or desk.allows_opens(site, one.region.strip().upper()):
        return Mode.FULL
    return Mode.AGGREGATE


@post(
    "/api/v1/sites/{site_id:str}/mail/messages/{message_id:str}/{what:str}",
    status_code=200,
    tags=["mail"],
    summary="sent: handed to the receiving servers; bounced: not delivered",
)
async def mark(
    request: Ask, desk: TheDesk, site: TheSite, message_id: FromPath[str], what: FromPath[Literal["sent", "bounced"]]
) -> Done:
    need_token(request, site, Role.EDITOR)
    sent: RefsIn = read_body(await request.body(), RefsIn)
    return Done(await to_thread(_mark, desk, site, message_id, what, sent))


def _mark(desk: Desk, site: Site, message_id: str, what: str, sent: RefsIn) -> int:
    message = _message(desk, site, message_id)
    if what == "bounced":
        return desk.mail.mark_bounced(message.key, sent.refs)
    return desk.mail.mark_sent(message.key, sent.refs, at_ms=_ms(sent.at) or _now_ms(desk))


@post("/api/v1/sites/{site_id:str}/mail/unmeasured", status_code=200, tags=["mail"], summary="Consent was withdrawn")
async def stop_measuring(request: Ask, desk: TheDesk, site: TheSite) -> Done:
    """Opens of what was sent to these people leave nothing from now on, nor does what will be sent to them."""
    need_token(request, site, Role.EDITOR)
    sent: RefsIn = read_body(await request.body(), RefsIn)
    return Done(await to_thread(_stop, desk, site, sent))


def _stop(desk: Desk, site: Site, sent: RefsIn) -> int:
    return sum(desk.mail.stop_measuring(site.id, ref[:255], now_ms=_now_ms(desk)) for ref in sent.refs[:MAX_RECIPIENTS])


@get("/api/v1/sites/{site_id:str}/mail/unsubscribed", sync_to_thread=True, tags=["mail"], summary="Who left")
def api_left(
    request: Ask,
    desk: TheDesk,
    site: TheSite,
    since: Annotated[datetime | None, QueryParameter(description="only from this moment on")] = None,
) -> list[LeftOut]:
    need_sight(request, site)
    rows = desk.mail.left_since(site.id, since_ms=_ms(since))
    return [LeftOut(ref, datetime.fromtimestamp(at_ms / 1000, UTC)) for ref, at_ms in rows]


ROUTES = (add_message, api_messages, add_recipients, mark, stop_measuring, api_left)
