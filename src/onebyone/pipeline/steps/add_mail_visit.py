from __future__ import annotations

import base64
import binascii
import re

from msgspec.structs import replace

from onebyone.event import Actor, Event, Via
from onebyone.mail.facts import CLICK_PARAM
from onebyone.pipeline.mail_book import MailBook
from onebyone.pipeline.step import Context, Step
from onebyone.state.mail import Mode

_ACTED = frozenset({"scroll", "user_engagement"})  # what no page sends by itself
_CLICK = re.compile(rf"[?&]{CLICK_PARAM}=([A-Za-z0-9_-]{{22}})(?=[&#]|\Z)")


def add_mail_visit(book: MailBook) -> Step:
    """The e-mail that led to this page. That a person arrived makes the click a person's (email-and-bots.md 6, 11)."""

    def step(event: Event, context: Context) -> Event:
        click = _click(context.url) if event.via in (Via.TAG, Via.IMAGE) else None
        if click is None:
            return event
        engaged = 0
        if event.via == Via.TAG and event.actor == Actor.HUMAN:
            engaged = 2 if "interaction" in context.facts or event.name in _ACTED else 1
        found = book.arrived(event.site, click, engaged=engaged)
        if found is None:
            return event
        message, recipient = found
        named = recipient.mode == Mode.FULL and event.visitor != 0  # what consent takes from it, it takes behind this
        return replace(event, message=message.id, recipient=recipient.id.hex() if named else "")

    return step


def _click(url: str) -> bytes | None:
    found = _CLICK.search(url) if CLICK_PARAM in url else None
    if found is None:
        return None
    try:
        return base64.urlsafe_b64decode(f"{found[1]}==")
    except binascii.Error:
        return None
