"""What may name a person, and what never does."""

from __future__ import annotations

import pytest

from onebyone.identity.nodes import Kind
from onebyone.identity.values import identifiers_of, keyed_hash, names_somebody, normal_email, normal_phone

KEY = b"k" * 32


@pytest.mark.parametrize(
    "text",
    ["", "  ", "null", "UNDEFINED", "none", "NaN", "0", "-1", "000-000", "0000", "guest", "Unknown", "test",
     "(not set)", "[object Object]", "{{user.id}}", "${id}", "{id}",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "d41d8cd98f00b204e9800998ecf8427e"],
)  # fmt: skip
def test_a_placeholder_names_nobody(text: str) -> None:
    assert not names_somebody(text)


@pytest.mark.parametrize("text", ["bob", "10", "01", "-2", "guest-7", "ünï"])
def test_an_id_names_somebody(text: str) -> None:
    assert names_somebody(text)


def test_an_address_is_trimmed_and_lowered_and_nothing_else() -> None:
    assert normal_email("  Bob.B+x@Shop.Test ") == "bob.b+x@shop.test"
    assert [normal_email(text) for text in ("bob", "a@b", "test@shop.test", "bob@example.com", "a b@c.de")] == [""] * 5


def test_a_role_address_names_somebody_unless_the_site_says_no() -> None:
    assert normal_email("info@shop.test") == "info@shop.test"
    assert normal_email("info@shop.test", block_roles=True) == ""


def test_a_phone_is_written_in_one_way() -> None:
    assert normal_phone("030 123456", "DE") == normal_phone("+49 30 123456") == "+4930123456"
    assert [normal_phone(text) for text in ("030 123456", "call me", "+49 0000000000")] == [""] * 3


def test_hashes_need_the_key_and_tell_the_kinds_apart() -> None:
    said = {"email": "Bob@shop.test", "phone": ["+49 30 123456"], "external_id": 77, "first_name": "Bob"}
    found = identifiers_of(said, KEY)
    assert found == {
        "email": keyed_hash(KEY, Kind.EMAIL, "bob@shop.test"),
        "phone": keyed_hash(KEY, Kind.PHONE, "+4930123456"),
        "external": keyed_hash(KEY, Kind.EXTERNAL, "77"),
    }
    assert set(found.values()).isdisjoint(identifiers_of(said, b"j" * 32).values())
    assert identifiers_of({"email": {"x": 1}, "phone": True, "external_id": None}, KEY) == {}
