"""Whether a crawler is who it says: by the networks its operator publishes, else by the DNS, asked beside the pipeline.

Addresses are known as networks alone, so the first addresses of the network are asked for; a crawler's networks are its
own. An answer holds for a day, and a network that cannot be asked stays unknown (specs/email-and-bots.md 2.3).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from onebyone.pipeline.networks import Networks
from onebyone.pipeline.rules import Crawler

HOLDS_MS = 24 * 3_600_000
RETRY_MS = 10 * 60_000  # after a failure of the DNS itself
ASKED = 3  # addresses of a network
NAMED = "8.8.8.8"  # has a name: a resolver that does not know it, as without a network, can deny nobody
_MOST_OPEN = 1_000
_MOST_KNOWN = 20_000


class Claim(Struct, frozen=True):
    crawler: str
    network: str  # its first address


class Answer(Struct, frozen=True):
    claim: Claim
    verified: bool | None  # None: the DNS did not say
    asked_ms: int


class Resolver(Protocol):
    """Both block, and raise DnsUnavailable when there is no answer, as opposed to the answer that there is nothing."""

    def names(self, address: str) -> Sequence[str]: ...

    def addresses(self, name: str) -> Sequence[str]: ...


class DnsUnavailable(Exception):
    """No answer now; nothing may be concluded."""


class Crawlers:
    """The pipeline's view: answers at once with what is known, and notes what should be asked. One thread."""

    def __init__(self, known: Sequence[Crawler], networks: Networks, *, asks: bool = True) -> None:
        """`asks`: whether somebody takes what is `open` to the DNS."""
        self._crawlers = known
        self._networks = networks
        self._asks = asks
        self._answers: dict[Claim, Answer] = {}
        self._open: dict[Claim, Crawler] = {}

    def claimed_by(self, agent: str) -> Crawler | None:
        return next((crawler for crawler in self._crawlers if any(word in agent for word in crawler.words)), None)

    def verify(self, crawler: Crawler, network: str, at_ms: int) -> bool | None:
        """None: not known, or not known yet. `network` is a public one."""
        if not self._networks.find(network).touched.isdisjoint(crawler.lists):
            return True
        if not crawler.suffixes:  # a seed may be out of date: only a list that was fetched can deny
            fresh = any(self._networks.refreshed(name) for name in crawler.lists)
            return False if fresh else None
        claim = Claim(crawler.name, network)
        answer = self._answers.get(claim)
        if self._asks and (answer is None or at_ms - answer.asked_ms > HOLDS_MS) and len(self._open) < _MOST_OPEN:
            self._open[claim] = crawler
        return answer.verified if answer is not None else None

    def take_open(self) -> list[tuple[Claim, Crawler]]:
        """What should be asked; it is forgotten here."""
        found, self._open = list(self._open.items()), {}
        return found

    def learn(self, answers: Iterable[Answer]) -> None:
        for answer in answers:
            if len(self._answers) >= _MOST_KNOWN:
                self._answers.pop(next(iter(self._answers)))
            self._answers.pop(answer.claim, None)
            self._answers[answer.claim] = answer
            self._open.pop(answer.claim, None)


def ask(claim: Claim, crawler: Crawler, resolver: Resolver, *, now_ms: int) -> Answer:
    """Name, suffix, and back. Blocks as long as the resolver does."""
    try:
        verified = any(_is_one(address, crawler, resolver) for address in _first_of(claim.network))
        if not verified and not resolver.names(NAMED):
            raise DnsUnavailable(NAMED)
    except DnsUnavailable:
        return Answer(claim, None, now_ms - HOLDS_MS + RETRY_MS)
    return Answer(claim, verified, now_ms)


def _is_one(address: str, crawler: Crawler, resolver: Resolver) -> bool:
    for said in resolver.names(address):
        name = said.rstrip(".").lower()
        ours = any(name.endswith(f".{suffix}") for suffix in crawler.suffixes)
        if ours and not name.startswith("google-proxy-") and address in resolver.addresses(name):
            return True
    return False


def _first_of(network: str) -> list[str]:
    first = ipaddress.ip_address(network)
    return [str(first + number) for number in range(ASKED)]


class SystemResolver:
    """The machine's own."""

    def __init__(
        self,
        by_address: Callable[[str], tuple[str, list[str], list[str]]] = socket.gethostbyaddr,
        by_name: Callable[[str, None], Sequence[tuple[object, object, object, object, tuple[object, ...]]]] = (
            socket.getaddrinfo
        ),
    ) -> None:
        self._by_address = by_address
        self._by_name = by_name

    def names(self, address: str) -> Sequence[str]:
        try:
            name, aliases, _ = self._by_address(address)
        except socket.herror as error:
            if error.errno in (1, 4):  # HOST_NOT_FOUND, NO_DATA
                return ()
            raise DnsUnavailable(str(error)) from error
        except OSError as error:
            raise DnsUnavailable(str(error)) from error
        return (name, *aliases)

    def addresses(self, name: str) -> Sequence[str]:
        try:
            found = self._by_name(name, None)
        except socket.gaierror as error:
            if error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
                return ()
            raise DnsUnavailable(str(error)) from error
        except OSError as error:
            raise DnsUnavailable(str(error)) from error
        return [str(row[4][0]) for row in found]
