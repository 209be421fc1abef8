from __future__ import annotations

import pytest

from onebyone.collect.addresses import Addresses


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("198.51.100.77", "", "198.51.100.0"),
        ("2001:db8:1:2:3::4", "", "2001:db8:1::"),
        ("::ffff:198.51.100.77", "", "198.51.100.0"),
        ("198.51.100.77", "203.0.113.9", "198.51.100.0"),  # nobody declared that one a proxy
        ("10.0.0.1", "203.0.113.9", "203.0.113.0"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.0"),  # what the client wrote itself
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.0"),  # two proxies of ours
        ("10.0.0.1", "nonsense", "10.0.0.0"),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.0"),
        ("", "", ""),
        ("unix:", "", ""),
    ],
)
def test_the_network_of_a_client(peer: str, forwarded: str, network: str) -> None:
    assert Addresses(["10.0.0.0/8"]).network_of(peer, forwarded) == network


def test_a_proxy_must_be_an_address() -> None:
    with pytest.raises(ValueError, match="proxy"):
        Addresses(["proxy.example"])
