from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebyone.places import SHIPPED, Places, is_global

RESERVED = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "::/127",
    "fc00::/7",
    "fe80::/10",
    "2001:db8::/32",
]


def test_the_shipped_database_knows_countries() -> None:
    places = Places()
    assert [places.country(network) for network in ("8.8.8.0", "2a00:1450:4001::", "77.75.72.0")] == ["US", "IE", "CZ"]
    places.close()


def test_a_database_that_is_not_there_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Places(tmp_path / "none.mmdb")


def test_what_ships_is_attributed() -> None:
    notice = (Path(__file__).parents[2] / "NOTICE").read_text()
    assert str(SHIPPED.relative_to(Path(__file__).parents[2])) in notice
    assert "Number Resource Organization" in notice


@given(st.one_of(st.ip_addresses(), st.ip_addresses(v=4).map(lambda ip: ipaddress.ip_address(int(ip) & 0xFFFFFF00))))
def test_what_is_global_is_what_the_registries_say(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert is_global(str(address)) == address.is_global


@pytest.mark.parametrize("network", [*RESERVED])
def test_no_reserved_network_is_global(network: str) -> None:
    first = next(ipaddress.ip_network(network).hosts())
    assert not is_global(str(first))
