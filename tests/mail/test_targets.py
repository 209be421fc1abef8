from __future__ import annotations

import os
from random import Random

import pytest

from onebyone.mail.targets import host_of, is_allowed, read_target, with_params

GOOD = {
    "https://shop.example/a?b=c#d": "https://shop.example/a?b=c#d",
    "HTTP://Shop.Example": "http://shop.example/",
    "https://shop.example?x=1": "https://shop.example/?x=1",
    "https://shop.example:8443/x": "https://shop.example:8443/x",
    "https://bücher.example/ä": "https://xn--bcher-kva.example/%C3%A4",
    "http://[2001:DB8::1]/": "http://[2001:db8::1]/",
    "http://192.0.2.1/": "http://192.0.2.1/",
    "https://shop.example/%2F%2Fevil.example": "https://shop.example/%2F%2Fevil.example",
    "https://shop.example//evil.example": "https://shop.example//evil.example",
    'https://shop.example/"<>': "https://shop.example/%22%3C%3E",
    "https://shop.example/@evil.example": "https://shop.example/@evil.example",
}
BAD = [
    "", "//evil.example", "/x", "javascript:alert(1)", "https:/shop.example", "https:shop.example", "https://",
    "https://user@shop.example/", "https://user:pw@shop.example/", "https://shop.example\\@evil.example/",
    "https:\\\\evil.example", "https://shop.example /", "https://shop\t.example/", "https://shop.example/\r\nX: y",
    "https://shop.example:0/", "https://shop.example:99999/", "https://shop.example:/", "https://0x7f.1/",
    "https://127.1/", "https://2130706433/", "https://ex%61mple.example/", "https://[::1", "https://[::1%25eth0]/",
    "https://-a.example/", "https://a..example/", "https://shop.example\u3002evil.example\u2028/", "ftp://a.example/",
    "https://shop.example/\ud800", "https://a.example/" + "x" * 3000, " https://shop.example/",
]  # fmt: skip


@pytest.mark.parametrize(("text", "target"), GOOD.items())
def test_an_address_is_written_anew(text: str, target: str) -> None:
    assert read_target(text) == target
    assert read_target(target) == target


@pytest.mark.parametrize("text", BAD)
def test_what_must_not_be_followed_is_none(text: str) -> None:
    assert read_target(text) is None


def test_the_owner_may_allow_some_hosts_alone() -> None:
    assert is_allowed("https://www.shop.example/a", ["shop.example"]) and is_allowed("https://other.example/", [])
    assert not is_allowed("https://notshop.example/", ["shop.example"])
    assert host_of("http://[2001:db8::1]:80/") == "[2001:db8::1]"


def test_parameters_are_added_and_never_replaced() -> None:
    params = {"utm_source": "news letter", "utm_medium": "email", "utm_term": ""}
    assert with_params("https://a.example/x?utm_source=own#f", params) == (
        "https://a.example/x?utm_source=own&utm_medium=email#f"
    )
    assert with_params("https://a.example/", {"obc": "1"}) == "https://a.example/?obc=1"
    assert with_params("https://a.example/", {}) == "https://a.example/"


PIECES = [
    "http", "https", ":", "//", "/", "\\", "@", "\t", "\n", " ", "%2f", "%5c", "%00", "\x00", "?", "#", "[::1]", "[",
    "]", "evil.example", "shop.example", "127.0.0.1", "0x7f", "bücher", "。", "xn--", "..", ":80", ":99999",
    "javascript:", "é", "\u202e", "&", "=", "user:pw@", "．", "\u00ad", "ß", "%40", "\ud800",
]  # fmt: skip


def test_no_text_makes_a_target_with_a_header_or_another_host_in_it() -> None:
    random = Random(11)
    for _ in range(1_000_000 if os.environ.get("PROVE") else 20_000):
        text = "".join(random.choices(PIECES, k=random.randint(1, 9)))
        if random.random() < 0.5:
            text = "https://" + text
        target = read_target(text)
        if target is not None:
            assert target.isascii() and not set(target) & set('\r\n\t\\ "<>'), text
            assert "@" not in target.partition("://")[2].partition("/")[0], text
            assert read_target(target) == target, text
