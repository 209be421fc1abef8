from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from onebyone.mail.tokens import CARRIED, KEY_DAYS, BadToken, Key, Kind, Ring, Token, message_id, site_tag

NOW = 1_800_000_000_000
OLD, NEW = Key(1, b"a" * 32), Key(2, b"b" * 32)
RING = Ring([OLD])
TOKEN = Token(Kind.CLICK, message_id("s1", b"m" * 12), b"r" * 16, 3)


def test_a_token_reads_back() -> None:
    assert RING.read(RING.sign(TOKEN), Kind.CLICK, now_ms=NOW) == TOKEN


def test_a_token_is_71_characters_of_the_url_safe_alphabet() -> None:
    text = RING.sign(TOKEN)
    assert len(text) == 71 and text.replace("-", "").replace("_", "").isalnum()


def test_a_token_of_one_kind_is_none_of_another() -> None:
    for kind in Kind:
        read = RING.read(RING.sign(TOKEN), kind, now_ms=NOW)
        assert (read == TOKEN) if kind == Kind.CLICK else (read == BadToken("kind"))


def test_a_message_names_its_site_and_nothing_else() -> None:
    assert TOKEN.message.startswith(site_tag("s1")) and site_tag("s1") != site_tag("s2")


def test_a_new_key_signs_and_the_old_one_still_verifies() -> None:
    retired = Key(1, b"a" * 32, retired_ms=NOW)
    both = Ring([retired, NEW])
    assert both.read(RING.sign(TOKEN), Kind.CLICK, now_ms=NOW + KEY_DAYS * 86_400_000) == TOKEN
    assert both.sign(TOKEN) == Ring([NEW]).sign(TOKEN)


def test_a_key_verifies_for_400_days_after_it_retired_and_for_unsubscribing_for_ever() -> None:
    ring = Ring([Key(1, b"a" * 32, retired_ms=NOW), NEW])
    late = NOW + KEY_DAYS * 86_400_000 + 1
    assert ring.read(RING.sign(TOKEN), Kind.CLICK, now_ms=late) == BadToken("expired", TOKEN)
    leave = Token(Kind.UNSUBSCRIBE, TOKEN.message, TOKEN.recipient)
    assert ring.read(RING.sign(leave), Kind.UNSUBSCRIBE, now_ms=late) == leave


def test_an_unknown_key_is_refused() -> None:
    assert Ring([NEW]).read(RING.sign(TOKEN), Kind.CLICK, now_ms=NOW) == BadToken("key")


def test_a_carried_target_is_covered_by_the_signature() -> None:
    carried = Token(Kind.CLICK, TOKEN.message, TOKEN.recipient, CARRIED)
    text = RING.sign(carried, "https://shop.example/a")
    assert RING.read(text, Kind.CLICK, now_ms=NOW, target="https://shop.example/a") == carried
    assert RING.read(text, Kind.CLICK, now_ms=NOW, target="https://evil.example/a") == BadToken("altered", carried)


@given(st.integers(0, 70), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
def test_one_letter_changed_is_another_token(place: int, letter: str) -> None:
    text = RING.sign(TOKEN)
    changed = text[:place] + letter + text[place + 1 :]
    read = RING.read(changed, Kind.CLICK, now_ms=NOW)
    assert isinstance(read, BadToken) or changed == text


def test_what_was_altered_says_whose_it_claims_to_be() -> None:
    raw = bytearray(base64.urlsafe_b64decode(RING.sign(TOKEN) + "="))
    raw[36] ^= 1  # in the link index
    read = RING.read(base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode(), Kind.CLICK, now_ms=NOW)
    assert isinstance(read, BadToken) and read.why == "altered" and read.token is not None
    assert read.token.message == TOKEN.message


@given(st.one_of(st.text(max_size=100), st.text(alphabet="AB-_=\x00é", min_size=71, max_size=71)))
def test_any_text_is_read_without_a_failure(text: str) -> None:
    assert isinstance(RING.read(text, Kind.OPEN, now_ms=NOW), BadToken)


def test_a_doubled_or_cut_token_is_none() -> None:
    text = RING.sign(TOKEN)
    for wrong in (text + text, text[:-1], text + "=", text + ".gif", ""):
        assert RING.read(wrong, Kind.CLICK, now_ms=NOW) == BadToken("unreadable")
