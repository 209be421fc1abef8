"""A whole message (RFC 5322, MIME): its HTML parts with the image and the links, its headers with the way to leave."""

from __future__ import annotations

from binascii import b2a_base64, b2a_qp
from collections.abc import Sequence
from email import message_from_bytes
from email.generator import BytesGenerator
from email.message import Message
from email.policy import Compat32, compat32
from io import BytesIO

from msgspec import Struct

from onebyone.mail.instrument import Addresses, Instrumented, Left, Link, Position, instrument

_CLOSED = frozenset({"multipart/signed", "multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_ASCII_LIKE = "utf-8"  # with its odd bytes kept as they are


class InstrumentedMail(Struct, frozen=True):
    raw: bytes
    links: tuple[Link, ...] = ()
    left: tuple[Left, ...] = ()
    image: str = "none"
    flags: tuple[
        str, ...
    ] = ()  # left alone: signed, encrypted, dkim_signed, unreadable; else no_html, charset, unclosed


def instrument_bytes(
    raw: bytes, addresses: Addresses, *, charset: str = "utf-8", position: Position = "bottom"
) -> tuple[bytes, Instrumented]:
    """HTML as bytes. Where the charset does not read back to the same bytes it is read as UTF-8, and flagged."""
    text, used = _decode(raw, charset)
    done = instrument(text, addresses, position=position)
    flags = done.flags if used == charset else (*done.flags, "charset")
    errors = "surrogateescape" if used == _ASCII_LIKE else "strict"
    return done.html.encode(used, errors), Instrumented(
        html=done.html, links=done.links, left=done.left, image=done.image, flags=flags
    )


def instrument_mail(
    raw: bytes,
    addresses: Addresses,
    *,
    headers: Sequence[tuple[str, str]] = (),
    position: Position = "bottom",
) -> InstrumentedMail:
    """Signed and encrypted messages stay as they are: a changed byte would break them. So does a DKIM-signed one."""
    policy = compat32.clone(linesep="\r\n" if b"\r\n" in raw[:2000] else "\n", max_line_length=None)
    whole = message_from_bytes(raw, policy=policy)
    closed = _closed(whole)
    if closed:
        return InstrumentedMail(raw=raw, flags=(closed,))
    if _write(whole, policy) != raw:  # what the library cannot give back, it must not touch
        return InstrumentedMail(raw=raw, flags=("unreadable",))
    parts = [part for part in whole.walk() if part.get_content_type() == "text/html" and not _attached(part)]
    done = [_instrument_part(part, addresses, position, policy) for part in parts[:1]]
    for name, value in headers:
        if name not in whole:
            whole[name] = value
    if not done:
        return InstrumentedMail(raw=_write(whole, policy), flags=("no_html",))
    one = done[0]
    return InstrumentedMail(raw=_write(whole, policy), links=one.links, left=one.left, image=one.image, flags=one.flags)


def _closed(whole: Message) -> str:
    if "DKIM-Signature" in whole:
        return "dkim_signed"
    kinds = {part.get_content_type() for part in whole.walk()} & _CLOSED
    if not kinds:
        return ""
    return "signed" if kinds == {"multipart/signed"} else "encrypted"


def _attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _instrument_part(part: Message, addresses: Addresses, position: Position, policy: Compat32) -> Instrumented:
    body = part.get_payload(decode=True)
    if not isinstance(body, bytes):
        return Instrumented(html="", flags=("no_html",))
    changed, done = instrument_bytes(body, addresses, charset=_charset(part), position=position)
    if changed != body:
        _replace_body(part, changed, policy)
    return done


def _charset(part: Message) -> str:
    return str(part.get_content_charset() or "us-ascii")


def _replace_body(part: Message, body: bytes, policy: Compat32) -> None:
    """In the transfer encoding that the part declares."""
    encoding = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    if encoding == "base64":
        packed = b2a_base64(body, newline=False).decode()
        text = policy.linesep.join([*(packed[at : at + 76] for at in range(0, len(packed), 76)), ""])
    elif encoding == "quoted-printable":
        text = b2a_qp(body, istext=True).decode("ascii")
    else:
        text = body.decode("ascii", "surrogateescape")
    part.set_payload(text)


def _decode(raw: bytes, charset: str) -> tuple[str, str]:
    try:
        text = raw.decode(charset)
        if text.encode(charset) == raw:
            return text, charset
    except (UnicodeError, LookupError):
        pass
    return raw.decode(_ASCII_LIKE, "surrogateescape"), _ASCII_LIKE


def _write(whole: Message, policy: Compat32) -> bytes:
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, policy=policy).flatten(whole)
    return out.getvalue()
