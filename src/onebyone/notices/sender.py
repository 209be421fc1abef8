"""The way out: an e-mail over the operator's SMTP server, and a signed webhook. The room's one socket."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Literal

from msgspec import Struct

from onebyone.destinations.destination import Request
from onebyone.destinations.signing import HEADER, signature
from onebyone.destinations.web_client import Unreached, WebClient

_TIMEOUT_S = 20.0


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The mail server that alarms and exports leave by. Without a host no e-mail leaves."""

    host: str = ""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"  # "none" for a server on this machine
    user: str = ""
    password: str = ""
    sender: str = ""  # an address; default: onebyone@ the server's host
    every_s: int = 300  # how often alarms are checked


class Attached(Struct, frozen=True):
    name: str
    body: bytes
    kind: tuple[str, str] = ("text", "csv")


class Sender:
    """Every call blocks, and returns "" or why it did not work. What it says holds no secret."""

    def __init__(self, settings: Settings, *, allow_private: bool = False) -> None:
        self._settings = settings
        self._allow_private = allow_private

    def mail(self, to: Sequence[str], subject: str, text: str, attached: Sequence[Attached] = ()) -> str:
        ours = self._settings
        if not ours.host:
            return "No mail server is set up: [mail] host in onebyone.toml."
        try:
            message = _message(ours, to, subject, text, attached)
            with _connect(ours) as server:
                if ours.security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if ours.user:
                    server.login(ours.user, ours.password)
                refused = server.send_message(message)
        except smtplib.SMTPResponseException as error:
            return f"The mail server answered {error.smtp_code}."
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return f"The mail did not leave: {type(error).__name__}."
        return f"The mail server refused {len(refused)} of {len(to)} addresses." if refused else ""

    def hook(self, url: str, secret: str, body: bytes) -> str:
        return asyncio.run(self._hook(Request(url=url, headers={HEADER: signature(secret, body)}, body=body)))

    async def _hook(self, request: Request) -> str:
        client = WebClient(timeout_s=_TIMEOUT_S, allow_private=self._allow_private)
        try:
            found = await client.send(request)
        finally:
            await client.close()
        if isinstance(found, Unreached):
            private = found.why == "private_address"
            return "Its address is not on the open internet." if private else f"It cannot be reached: {found.why}."
        return "" if 200 <= found.status < 300 else f"It answered {found.status}."


def _connect(ours: Settings) -> smtplib.SMTP:
    if ours.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(ours.host, ours.port, timeout=_TIMEOUT_S, context=context)
    return smtplib.SMTP(ours.host, ours.port, timeout=_TIMEOUT_S)


def _message(ours: Settings, to: Sequence[str], subject: str, text: str, attached: Sequence[Attached]) -> EmailMessage:
    message = EmailMessage()
    message["From"] = ours.sender or f"onebyone@{ours.host}"
    message["To"] = ", ".join(to)
    message["Subject"] = " ".join(subject.split())  # a name with a line break is no second header
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=ours.host)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    for one in attached:
        main, sub = one.kind
        message.add_attachment(one.body, maintype=main, subtype=sub, filename=one.name)
    return message
