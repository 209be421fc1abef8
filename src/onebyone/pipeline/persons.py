"""Who is who, as far as a batch says it: gathered from its events, written with its claims, sent on to the log.

A line that begins with P is a row of the store's table `identity`. It is sent until it is known to be in the log: a
crash after the state was written and before the log was repeats it, under the same version.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Protocol

import msgspec
from sqlalchemy import Connection

from onebyone.event import Event
from onebyone.identity.facts import Fact, facts_of
from onebyone.identity.nodes import Kind
from onebyone.state.graph import Row
from onebyone.state.identity import Identity
from onebyone.state.sites import Site

_JSON = msgspec.json.Encoder()


class Withdrawing(Protocol):
    """`state.choices.Choices`, as the steps before it left it."""

    def withdrawn_ms(self, site: str, visitor: int) -> int: ...

    def withdrawals(self) -> list[tuple[str, int, int]]: ...


class Persons:
    """A batch's view, as `Claims` is: take, write, lines, sent; or discard. One thread; one batch at a time."""

    def __init__(self, identity: Identity, withdrawing: Withdrawing) -> None:
        self._identity = identity
        self._withdrawing = withdrawing
        self._facts: list[tuple[str, Fact]] = []
        self._given: list[Row] = []  # in the lines of this batch
        self._in_log: list[Row] = []  # of earlier batches, which the state does not know yet

    def take(self, event: Event) -> None:
        """A copy says as much as an original. What its browser took back since, a replay does not bring back."""
        self._facts += [(event.site, fact) for fact in facts_of(event) if self._stands(event.site, fact)]

    def _stands(self, site: str, fact: Fact) -> bool:
        browsers = [n for n, kind in zip((fact.left, fact.right), fact.kinds, strict=True) if kind is Kind.BROWSER]
        return all(fact.first_ms > self._withdrawing.withdrawn_ms(site, browser) for browser in browsers)

    @property
    def has_work(self) -> bool:
        return bool(self._facts or self._in_log or self._withdrawing.withdrawals())

    def write(self, connection: Connection, sites: Mapping[str, Site]) -> None:
        """In the caller's transaction. May be called twice, then with the same result."""
        self._identity.settle(connection, self._in_log)
        self._facts.sort(key=lambda pair: pair[0])  # sites in one order, whoever else writes
        for site, pairs in groupby(self._facts, key=lambda pair: pair[0]):
            if site in sites:
                self._identity.add(connection, [fact for _, fact in pairs], site, sites[site].identity)
        for site, browser, at_ms in self._withdrawing.withdrawals():
            if site in sites:
                self._identity.forget(connection, site, sites[site].identity, browser, at_ms)

    def lines(self) -> list[bytes]:
        """What the log must get, after the state was written. Raises StateUnavailable."""
        self._given = self._identity.pending()
        return [b"P" + _JSON.encode(row) for row in self._given]

    def sent(self) -> None:
        """The log has them."""
        self._in_log = self._given
        self._given = []
        self._facts = []

    def discard(self) -> None:
        self._facts = []
