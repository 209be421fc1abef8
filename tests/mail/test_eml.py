from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.mail.eml import instrument_bytes, instrument_mail
from onebyone.mail.headers import unsubscribe_headers
from onebyone.mail.instrument import Addresses

BASE = "https://t.example/p"
OURS = Addresses(base=BASE, open=f"{BASE}/v1/o/T.gif", link=lambda index, target: f"{BASE}/v1/l/L{index}")
LEAVE = unsubscribe_headers(f"{BASE}/v1/u/U", "unsub+U@t.example")
HTML = '<html><body><p>Grüße <a href="https://shop.example/ä">Läden</a></p></body></html>\n'


def a_mail(cte: str = "quoted-printable", html: str = HTML) -> bytes:
    mail = EmailMessage()
    mail["Subject"] = "A letter with a subject that is rather long, long enough to be folded by whatever folds it again"
    mail["To"] = "x@y.example"
    mail.set_content("See https://shop.example/ä\n")
    mail.add_alternative(html, subtype="html", cte=cte)
    return mail.as_bytes()


def _html_of(raw: bytes) -> bytes:
    part = next(p for p in message_from_bytes(raw).walk() if p.get_content_type() == "text/html")
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body


@pytest.mark.parametrize("cte", ["quoted-printable", "base64", "8bit"])
def test_a_message_gets_its_image_links_and_headers_and_keeps_its_text(cte: str) -> None:
    done = instrument_mail(a_mail(cte), OURS, headers=LEAVE)
    html = _html_of(done.raw).decode()
    assert f'<a href="{BASE}/v1/l/L0">Läden</a>' in html and f"{BASE}/v1/o/T.gif" in html
    assert done.links[0].target == "https://shop.example/%C3%A4"
    whole = message_from_bytes(done.raw)
    assert whole["List-Unsubscribe"] == f"<{BASE}/v1/u/U>, <mailto:unsub+U@t.example>"
    assert whole["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = next(p for p in whole.walk() if p.get_content_type() == "text/plain")
    assert str(text.get_payload()) in a_mail(cte).decode("utf-8")


@pytest.mark.parametrize("cte", ["quoted-printable", "base64", "8bit"])
def test_a_message_twice_is_once(cte: str) -> None:
    once = instrument_mail(a_mail(cte), OURS, headers=LEAVE).raw
    assert instrument_mail(once, OURS, headers=LEAVE).raw == once


def test_carriage_returns_stay() -> None:
    raw = a_mail().replace(b"\n", b"\r\n")
    done = instrument_mail(raw, OURS, headers=LEAVE)
    assert done.raw.count(b"\n") == done.raw.count(b"\r\n")


@pytest.mark.parametrize(
    ("head", "flag"),
    [
        (b"DKIM-Signature: v=1; a=x\n", "dkim_signed"),
        (b"Content-Type: multipart/signed; boundary=b\n", "signed"),
        (b"Content-Type: application/pkcs7-mime\n", "encrypted"),
        (b"Content-Type: text/plain\n", "no_html"),
    ],
)
def test_what_would_break_is_left_alone(head: bytes, flag: str) -> None:
    raw = head + b"\n<a href=https://shop.example/>x</a>\n"
    done = instrument_mail(raw, OURS)
    assert done.raw == raw and done.flags == (flag,)


@pytest.mark.parametrize(
    ("charset", "encoding", "flags"),
    [
        ("iso-8859-1", "iso-8859-1", ()),
        ("windows-1252", "windows-1252", ()),
        ("utf-16", "utf-16", ()),
        ("iso-2022-jp", "utf-8", ("charset",)),
        ("us-ascii", "utf-8", ("charset",)),
        ("x-no-such", "iso-8859-1", ("charset",)),
    ],
)
def test_charsets_and_their_surprises(charset: str, encoding: str, flags: tuple[str, ...]) -> None:
    raw = HTML.encode(encoding)
    changed, done = instrument_bytes(raw, OURS, charset=charset)
    assert done.flags == flags
    assert "Grüße".encode(encoding).removeprefix(b"\xff\xfe") in changed
    assert f"{BASE}/v1/o/T.gif".encode(encoding).removeprefix(b"\xff\xfe") in changed


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "latin-1", "us-ascii", "shift_jis", "utf-16", "nope"]))
def test_bytes_that_are_no_text_stay(raw: bytes, charset: str) -> None:
    none = Addresses(base=BASE, open="", link=OURS.link)
    assert instrument_bytes(raw, none, charset=charset)[0] == raw


@given(st.binary(max_size=300))
def test_anything_at_all_is_harmless(raw: bytes) -> None:
    instrument_mail(raw, OURS)
