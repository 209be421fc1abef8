"""Whose address a request has, and how much of it is kept."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Addresses:
    """Reads the client's network from the connection, or from X-Forwarded-For where a declared proxy wrote it."""

    def __init__(self, proxies: Sequence[str]) -> None:
        """`proxies` are addresses or CIDR blocks. Raises ValueError for anything else."""
        self._proxies: list[_Network] = [ipaddress.ip_network(proxy, strict=False) for proxy in proxies]
        self.network_of = lru_cache(maxsize=65_536)(self._network_of)  # "" if unknown
        self.is_proxy = lru_cache(maxsize=4_096)(self._is_proxy)

    def _is_proxy(self, peer: str) -> bool:
        address = _parse(peer)
        return address is not None and any(address in proxy for proxy in self._proxies)

    def _network_of(self, peer: str, forwarded: str) -> str:
        """The client's /24 or /48; "" if unknown. `peer` is an address, `forwarded` the header's text.

        The rightmost forwarded address that no declared proxy holds is the client's; what stands left of it is the
        client's own word.
        """
        address = _parse(peer)
        for hop in reversed(forwarded.split(",")) if forwarded else ():
            if address is None or not any(address in proxy for proxy in self._proxies):
                break
            said = _parse(hop.strip())
            if said is None:
                break
            address = said
        return _cut(address)


def _parse(text: str) -> _Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def _cut(address: _Address | None) -> str:
    if address is None:
        return ""
    bits = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((address, bits), strict=False).network_address)
