from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.consent.addresses import network_of


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("203.0.113.77", "203.0.113.0"), ("::ffff:203.0.113.77", "203.0.113.0"), ("2002:cb00:714d::1", "203.0.113.0"),
        ("64:ff9b::203.0.113.77", "203.0.113.0"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"), ("fe80::1%eth0", "fe80::"),
        ("", ""), ("unknown", ""), ("1.2.3", ""), ("1.2.3.4.5", ""), ("1.2.3.4:80", ""),
    ],
)  # fmt: skip
def test_an_address_becomes_its_network(text: str, network: str) -> None:
    assert network_of(text) == network


_V4 = st.integers(0, 2**32 - 1)


@given(_V4, st.integers(0, 255))
def test_the_last_byte_does_not_show_in_any_of_four_forms(number: int, other: int) -> None:
    forms = [_forms(number), _forms(number & ~0xFF | other)]
    assert len({network_of(form) for both in forms for form in both}) == 1


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**80 - 1))
def test_the_last_eighty_bits_do_not_show(number: int, other: int) -> None:
    number = number & ~(0xFFFF << 112) | 0x2A00 << 112
    one, two = ipaddress.IPv6Address(number), ipaddress.IPv6Address(number >> 80 << 80 | other)
    assert network_of(str(one)) == network_of(str(two))


def _forms(number: int) -> list[str]:
    plain = ipaddress.IPv4Address(number)
    wrapped = ipaddress.IPv6Address(0x2002 << 112 | number << 80)
    return [str(plain), f"::ffff:{plain}", str(wrapped), f"64:ff9b::{plain}"]
