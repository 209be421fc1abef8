"""Whose address a request has, and how much of it is kept."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from onebyone.consent.addresses import Address, cut, read_address

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Addresses:
    """Reads the client's network from the connection, or from X-Forwarded-For where a declared proxy wrote it."""

    def __init__(self, proxies: Sequence[str]) -> None:
        """`proxies` are addresses or CIDR blocks. Raises ValueError for anything else."""
        self._proxies: list[_Network] = [ipaddress.ip_network(proxy, strict=False) for proxy in proxies]
        self.network_of = lru_cache(maxsize=65_536)(self._network_of)  # "" if unknown
        self.is_proxy = lru_cache(maxsize=4_096)(self._is_proxy)

    def _is_proxy(self, peer: str) -> bool:
        address = read_address(peer)
        return address is not None and self._holds(address)

    def _network_of(self, peer: str, forwarded: str) -> str:
        """The client's /24 or /48; "" if unknown. `peer` is an address, `forwarded` the header's text."""
        return cut(self._find(peer, forwarded))

    def full_address(self, peer: str, forwarded: str) -> str:
        """The client's whole address: for whoever seals or hashes it at once. "" if unknown."""
        address = self._find(peer, forwarded)
        return "" if address is None else str(address)

    def _find(self, peer: str, forwarded: str) -> Address | None:
        """The rightmost forwarded address that no declared proxy holds is the client's; what stands left of it is the
        client's own word."""
        address = read_address(peer)
        for hop in reversed(forwarded.split(",")) if forwarded else ():
            if address is None or not self._holds(address):
                break
            said = read_address(hop.strip())
            if said is None:
                break
            address = said
        return address

    def _holds(self, address: Address) -> bool:
        return any(address in proxy for proxy in self._proxies)
