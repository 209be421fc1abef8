"""Tokens between domains: only the one who may read them reads them, in time, and on the right side."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from onebyone.identity.links import VALID_MS, Refused, Target, domain_of, find, link_key, mint, read

KEY, NOW_MS = link_key(b"k" * 32), 1_800_000_000_000
TARGET = Target("s1", "pay.example", "Mozilla/5.0 Chrome/150.0.0.0")
TOKEN = mint(KEY, 7, TARGET, now_ms=NOW_MS, nonce=b"1234")


@given(st.integers(1, 2**64 - 1), st.integers(0, VALID_MS), st.binary(min_size=4, max_size=4))
def test_whoever_is_put_in_comes_out_within_two_minutes(visitor: int, age_ms: int, nonce: bytes) -> None:
    token = mint(KEY, visitor, TARGET, now_ms=NOW_MS, nonce=nonce)
    assert read(KEY, token, TARGET, now_ms=NOW_MS + age_ms) == visitor
    assert find(f"https://pay.example/?a=b&_ob={token}#x") == token


@given(st.integers(0, 39), st.sampled_from("ABab01-_"))
def test_no_letter_of_a_token_can_be_another(place: int, letter: str) -> None:
    other = TOKEN[:place] + letter + TOKEN[place + 1 :]
    assert other == TOKEN or read(KEY, other, TARGET, now_ms=NOW_MS) is Refused.INVALID


@given(st.text(max_size=80))
def test_whatever_else_is_sent_is_refused(text: str) -> None:
    assert read(KEY, text, TARGET, now_ms=NOW_MS) is Refused.INVALID


def test_a_token_is_for_one_site_one_domain_one_kind_of_browser_and_one_installation() -> None:
    elsewhere = [replace(TARGET, site="s2"), replace(TARGET, domain="shop.example"), replace(TARGET, agent="curl/8.1")]
    assert {read(KEY, TOKEN, target, now_ms=NOW_MS) for target in elsewhere} == {Refused.INVALID}
    assert read(link_key(b"x" * 32), TOKEN, TARGET, now_ms=NOW_MS) is Refused.INVALID
    updated = replace(TARGET, agent="Mozilla/5.0 Chrome/151.0.12.3")
    assert read(KEY, TOKEN, updated, now_ms=NOW_MS) == 7


def test_a_token_is_too_late_after_two_minutes_and_none_comes_from_the_future() -> None:
    times = (NOW_MS + VALID_MS, NOW_MS + VALID_MS + 1, NOW_MS - 10_001)
    assert [read(KEY, TOKEN, TARGET, now_ms=at) for at in times] == [7, Refused.EXPIRED, Refused.EXPIRED]


def test_a_token_names_nobody_to_whom_it_is_shown() -> None:
    again = mint(KEY, 7, TARGET, now_ms=NOW_MS, nonce=b"5678")
    assert again[:10] != TOKEN[:10]


def test_a_host_belongs_to_the_domain_that_it_is_or_stands_below() -> None:
    linked = ("shop.example", "pay.example")
    hosts = ("pay.example", "www.pay.example", "notpay.example", "")
    assert [domain_of(host, linked) for host in hosts] == ["pay.example", "pay.example", "", ""]
