"""How much of an address is kept: the first 24 bits of IPv4, the first 48 of IPv6 (specs/consent-and-privacy.md 9)."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_KEPT_BITS = {4: 24, 6: 48}


def read_address(text: str) -> Address | None:
    """The address, an IPv4 one also where it is wrapped in IPv6 (mapped, 6to4, NAT64); None for what is none."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])  # a zone says nothing of the address
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv4Address):
        return found
    if found in _NAT64:
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour or found


def cut(address: Address | None) -> str:
    """The first address of its network; "" for none."""
    if address is None:
        return ""
    network = ipaddress.ip_network((address, _KEPT_BITS[address.version]), strict=False)
    return str(network.network_address)


@lru_cache(maxsize=65_536)
def network_of(address: str) -> str:
    """Of a text; "" for what is no address. The dropped bits cannot be had from the answer."""
    return cut(read_address(address))
