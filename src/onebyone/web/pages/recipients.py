"""One message: who read it? And a recipient: what they received, and what was seen of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from onebyone.event import utc
from onebyone.identity.nodes import user_node
from onebyone.state.mail import Message, Recipient
from onebyone.state.sites import Site
from onebyone.web import mail_table, numbers, persons, recipients
from onebyone.web.access import Ask, Form, TheSite, need_sight
from onebyone.web.desk import Answer, Desk, TheDesk
from onebyone.web.frame import frame, page

SHOWN = 200
_ID_CHARS = 32


@get("/s/{site_id:str}/email/messages/{message_id:str}", sync_to_thread=True, include_in_schema=False)
def message_page(request: Ask, desk: TheDesk, site: TheSite, message_id: FromPath[str]) -> Response[str]:
    return _message_page(request, desk, site, _message(desk, site, message_id))


@post("/s/{site_id:str}/email/messages/{message_id:str}/find", sync_to_thread=True, include_in_schema=False)
def find_recipient(request: Ask, desk: TheDesk, site: TheSite, form: Form, message_id: FromPath[str]) -> Response[Any]:
    """The sender's id of a person stands in no address: it may be one itself."""
    need_sight(request, site)
    message = _message(desk, site, message_id)
    found = desk.mail.find_by_ref(message.key, str(form.get("ref", "")).strip()[:255])
    if found is None:
        return _message_page(request, desk, site, message, unknown=True)
    return Redirect(f"/s/{site.id}/email/recipients/{found.id.hex()}", status_code=303)


@get("/s/{site_id:str}/email/recipients/{recipient_id:str}", sync_to_thread=True, include_in_schema=False)
def recipient_page(request: Ask, desk: TheDesk, site: TheSite, recipient_id: FromPath[str]) -> Response[str]:
    recipient = desk.mail.find_recipient(_key(recipient_id))
    if recipient is None or recipient.site != site.id:
        raise NotFoundException("No recipient has this id here. They may have been erased.")
    mails = desk.mail.of_person(site.id, recipient.ref)
    events = _events(desk, site, mails)
    today = desk.today(site.zone)
    if _shows_ids(request, site):
        desk.users.note_once(request.user.name, site.id, "recipient_seen_with_id", f"r_{recipient.id.hex()[:8]}")
    left_ms = desk.mail.left_at(site.id, recipient.ref)
    return page(
        desk,
        "recipient.html",
        frame(request, desk, "Recipient", site=site, page="email"),
        name=recipients.short_name(recipient, shows_ids=_shows_ids(request, site)),
        recipient=recipient,
        mails=mails,
        events=events,
        moments=recipients.timeline(events.rows, mails, site.id, site.zone, today),
        most=SHOWN,
        modes=recipients.MODES,
        left=numbers.when(utc(left_ms), site.zone, today) if left_ms else "",
        person=_person(desk, site, mails, events),
        opens=_count(events, "email_open"),
        clicks=_count(events, "email_click"),
        clock=desk.data_to(site.zone),
    )


ROUTES = (message_page, find_recipient, recipient_page)


def _message_page(request: Ask, desk: Desk, site: Site, message: Message, *, unknown: bool = False) -> Response[str]:
    since, now = utc(message.made_ms) - timedelta(days=1), desk.clock()
    given: dict[str, Any] = {"site": site.id, "from": since, "to": now}
    every = given | {"zone": site.zone, "currency": site.currency, "traffic": "people", "limit": 100_000}
    asking = {
        "seen": ("mail_messages", every),
        "orders": ("mail_orders", every),
        "recipients": ("mail_recipients", given | {"message": message.id, "limit": SHOWN}),
    }
    answers = desk.ask_all(asking)
    sent = mail_table.sent_by_message(desk.mail.delivered(site.id))
    (line,) = mail_table.lines([message], sent, answers["seen"].rows, answers["orders"].rows, zone=site.zone, now=now)
    rows = answers["recipients"].rows
    known = desk.mail.recipients_by_id([bytes.fromhex(row["recipient"]) for row in rows])
    return page(
        desk,
        "email_message.html",
        frame(request, desk, message.name, site=site, page="email"),
        status=404 if unknown else 200,
        line=line,
        failed_answer=next((answer for answer in answers.values() if answer.error), None),
        readers=recipients.readers(
            rows,
            known,
            f"/s/{site.id}/email",
            shows_ids=_shows_ids(request, site),
            zone=site.zone,
            today=desk.today(site.zone),
        ),
        most=SHOWN,
        unknown=unknown,
        led=mail_table.led(site, desk.today(site.zone)),
        legend=mail_table.legend(),
        clock=desk.data_to(site.zone),
    )


def _message(desk: Desk, site: Site, message_id: str) -> Message:
    found = desk.mail.find_message(_key(message_id))
    if found is None or found.site != site.id:
        raise NotFoundException("There is no such message of this site.")
    return found


def _key(text: str) -> bytes:
    try:
        return bytes.fromhex(text) if len(text) == _ID_CHARS else b""
    except ValueError:
        return b""


def _events(desk: Desk, site: Site, mails: list[tuple[Recipient, Message]]) -> Answer:
    oldest = min((message.made_ms for _, message in mails), default=0)
    return desk.ask(
        "recipient_events",
        site=site.id,
        recipients=[recipient.id.hex() for recipient, _ in mails],
        limit=SHOWN,
        **{"from": utc(oldest) - timedelta(days=1), "to": desk.clock()},
    )


def _person(desk: Desk, site: Site, mails: list[tuple[Recipient, Message]], events: Answer) -> tuple[str, str] | None:
    """Who it is on the site, address and name: by the user id that came with the mail, or the browser of a visit.

    Both are there only where consent allows to join them.
    """
    users = [recipient.user_id for recipient, _ in mails if recipient.user_id]
    browsers = [int(row["browser"]) for row in events.rows if int(row["browser"])]
    nodes = [*(user_node(site.id, user) for user in users[:1]), *browsers[:1]]
    if not nodes:
        return None
    known = desk.identity.person(site.id, nodes[0])
    return f"/s/{site.id}/people/{known.id}", persons.person_name(known.id)


def _count(events: Answer, name: str) -> tuple[int, int]:
    """By people, and by others."""
    those = [row["actor"] in ("human", "human_proxied") for row in events.rows if row["name"] == name]
    return sum(those), len(those) - sum(those)


def _shows_ids(request: Ask, site: Site) -> bool:
    return request.user.sees_ids(site.id)
