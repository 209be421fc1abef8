"""A mailing, made: the message in the state, its HTML with our addresses, each recipient's tokens."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from msgspec import Struct

from onebyone.mail.headers import unsubscribe_headers
from onebyone.mail.instrument import Addresses, Position
from onebyone.mail.senders import OPEN, TRAP, UNSUBSCRIBE, link_name, values, variable
from onebyone.mail.tokens import TRAP_LINK, Key, Kind, Ring, Token, message_id
from onebyone.state.mail import Mail, Message, Mode, Recipient
from onebyone.state.sites import Site

DEFAULT_PARAMS = {"utm_medium": "email"}
_RANDOM = secrets.SystemRandom()


class Letter(Struct, frozen=True, kw_only=True):
    """What a sender says of a mailing."""

    name: str
    campaign: str = ""
    params: Mapping[str, str] = {}
    click_id: bool = True
    position: Position = "bottom"


def ring_of(mail: Mail, *, now_ms: int) -> Ring:
    return Ring([Key(key.id, key.secret, key.retired_ms) for key in mail.keys(now_ms=now_ms)])


def new_message(site: Site, letter: Letter, *, now_ms: int) -> Message:
    """Not stored yet: its links are known when its HTML was read."""
    params = DEFAULT_PARAMS | ({"utm_campaign": letter.campaign} if letter.campaign else {}) | dict(letter.params)
    return Message(
        id=message_id(site.id, secrets.token_bytes(12)).hex(),
        site=site.id,
        name=letter.name,
        campaign=letter.campaign,
        made_ms=now_ms,
        params=params,
        click_id=letter.click_id,
        trap=site.mail.trap,
    )


def template_addresses(base: str, message: Message, sender: str) -> Addresses:
    """With that sender's variables in place of tokens. Raises KeyError for a sender that is not known."""
    return Addresses(
        base=base,
        open=f"{base}/v1/o/{variable(sender, OPEN)}.gif",
        link=lambda index, _: f"{base}/v1/l/{variable(sender, link_name(index))}",
        trap=f"{base}/v1/l/{variable(sender, TRAP)}" if message.trap else "",
        trap_place=_RANDOM.random(),
    )


def recipient_addresses(base: str, message: Message, recipient: Recipient, ring: Ring) -> Addresses:
    """With the tokens of one recipient."""
    opens = open_token(message, recipient, ring)
    return Addresses(
        base=base,
        open=f"{base}/v1/o/{opens}.gif" if opens else "",
        link=lambda index, _: f"{base}/v1/l/{link_token(message, recipient, ring, index)}",
        trap=f"{base}/v1/l/{link_token(message, recipient, ring, TRAP_LINK)}" if message.trap else "",
        trap_place=_RANDOM.random(),
    )


def variables(message: Message, recipient: Recipient, ring: Ring) -> dict[str, str]:
    """What the sender fills in for this recipient."""
    return values(
        open_token(message, recipient, ring),
        [link_token(message, recipient, ring, index) for index in range(len(message.links))],
        leave_token(message, recipient, ring),
        link_token(message, recipient, ring, TRAP_LINK) if message.trap else "",
    )


def headers_for(base: str, message: Message, recipient: Recipient, ring: Ring) -> list[tuple[str, str]]:
    return unsubscribe_headers(f"{base}/v1/u/{leave_token(message, recipient, ring)}")


def template_headers(base: str, sender: str) -> list[tuple[str, str]]:
    return unsubscribe_headers(f"{base}/v1/u/{variable(sender, UNSUBSCRIBE)}")


def open_token(message: Message, recipient: Recipient, ring: Ring) -> str:
    """ "" where no image may be there. In the mode aggregate everybody of a day has the same."""
    if recipient.mode == Mode.OFF:
        return ""
    return ring.sign(Token(Kind.OPEN, message.key, recipient.shared or recipient.id))


def link_token(message: Message, recipient: Recipient, ring: Ring, index: int) -> str:
    return ring.sign(Token(Kind.CLICK, message.key, recipient.id, index))


def leave_token(message: Message, recipient: Recipient, ring: Ring) -> str:
    return ring.sign(Token(Kind.UNSUBSCRIBE, message.key, recipient.id))
