"""What a browser chose and where it was: the last word on consent that the platform itself knows.

A row per change, so that a replay sees what was known then and not what is known now. Times are those of arrival.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

import msgspec
from msgspec import Struct
from sqlalchemy import BigInteger, Column, Engine, Integer, LargeBinary, String, Table, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from onebyone.consent.decision import Known
from onebyone.event import LIMITED_USE, Permission
from onebyone.state.database import METADATA, StateUnavailable
from onebyone.state.suppression import Suppression

_CHOICES = Table(
    "consent_choices",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("visitor", LargeBinary(8), primary_key=True),
    Column("at_ms", BigInteger, primary_key=True),
    Column("permissions", Integer, nullable=False),
    Column("region", String(8), nullable=False),
    Column("body", LargeBinary, nullable=False),  # the choices, as JSON
    sqlite_with_rowid=False,
)
_ASKED_AT_ONCE = 400
_KEPT_MS = 400 * 86_400_000  # longer than a visitor's cookie lives
_REMEMBERED = 200_000  # visitors in memory
_STATISTICS = Permission.ANALYTICS.bit
_encode = msgspec.json.Encoder().encode


class Remembered(Struct, frozen=True):
    """One version. `permissions` are the bits in force, `known` what the decision takes into account."""

    at_ms: int
    permissions: int
    region: str
    known: Known


class Choices:
    """A batch's view, as `Claims` is: prefetch, find, learn, then commit or discard. One thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held: dict[tuple[str, int], tuple[Remembered, ...]] = {}
        self._new: list[tuple[str, int, Remembered]] = []
        self._taken_back: set[tuple[str, int, int]] = set()  # since the last commit
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        self._insert = insert(_CHOICES).on_conflict_do_nothing()

    def prefetch(self, visitors: Iterable[tuple[str, int]]) -> None:
        """Look them up at once. Raises StateUnavailable."""
        wanted = [each for each in set(visitors) if each[1] and each not in self._held]
        if not wanted:
            return
        if len(self._held) > _REMEMBERED:
            self._held.clear()
        try:
            for site in {site for site, _ in wanted}:
                self._read(site, [visitor for its, visitor in wanted if its == site])
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error

    def find(self, site: str, visitor: int, before_ms: int) -> Remembered | None:
        """What was known of the visitor when something arrived. Raises StateUnavailable."""
        held = self._held.get((site, visitor))
        if held is None:
            self.prefetch([(site, visitor)])
            held = self._held.get((site, visitor), ())
        for one in reversed(held):
            if one.at_ms < before_ms:
                return one
        return None

    def learn(self, site: str, visitor: int, fresh: Remembered) -> None:
        """Remember it if it differs from what was known at its time."""
        before = self.find(site, visitor, fresh.at_ms + 1)
        if before is not None and _same(before, fresh):
            return
        held = self._held.get((site, visitor), ())
        if any(one.at_ms == fresh.at_ms for one in held):
            return  # this arrival was learnt already: a replay, or a second event of one hit
        self._held[site, visitor] = tuple(sorted((*held, fresh), key=lambda one: one.at_ms))
        self._new.append((site, visitor, fresh))
        if before is not None and _takes_back(before, fresh):
            self._taken_back.add((site, visitor, fresh.at_ms))

    def withdrawn_ms(self, site: str, visitor: int) -> int:
        """When this browser last took back that it may be measured; 0: never, so far as is known here.

        Who is somewhere else, where another rule holds, took nothing back. Raises StateUnavailable.
        """
        self.prefetch([(site, visitor)])
        held = self._held.get((site, visitor), ())
        return max((after.at_ms for before, after in pairwise(held) if _takes_back(before, after)), default=0)

    def changes(self, site: str, visitor: int) -> list[Changed]:
        held = pairwise(self._held.get((site, visitor), ()))
        return [
            Changed(visitor, after.at_ms, after.permissions, _newest_by(after.known, before.known))
            for before, after in held
            if (before.permissions ^ after.permissions) & ~LIMITED_USE  # why something is refused changes nothing
        ]

    def withdrawals(self) -> list[tuple[str, int, int]]:
        """Site, browser and moment of what was taken back since the last commit, in the order of sites."""
        return sorted(self._taken_back)

    def commit(self) -> None:
        """Make it durable, in one transaction. Raises StateUnavailable."""
        if not self._new:
            return
        rows = [
            {
                "site": site,
                "visitor": visitor.to_bytes(8, "big"),
                "at_ms": one.at_ms,
                "permissions": one.permissions,
                "region": one.region,
                "body": _encode(one.known),
            }
            for site, visitor, one in self._new
        ]
        try:
            with self._engine.begin() as connection:
                connection.execute(self._insert, rows)
        except DBAPIError as error:
            raise StateUnavailable(str(error.orig)) from error
        self._new.clear()
        self._taken_back.clear()

    def discard(self) -> None:
        """Forget what was learnt since the last commit, and what was read with it."""
        for site, visitor, _ in self._new:
            self._held.pop((site, visitor), None)
        self._new.clear()
        self._taken_back.clear()

    def expire(self, now_ms: int) -> int:
        """Forget versions whose time is over; returns how many."""
        with self._engine.begin() as connection:
            return connection.execute(delete(_CHOICES).where(_CHOICES.c.at_ms < now_ms - _KEPT_MS)).rowcount

    def forget(self, site: str, visitors: Sequence[int]) -> int:
        """Erase what is known of them; returns how many rows."""
        keys = [visitor.to_bytes(8, "big") for visitor in visitors]
        with self._engine.begin() as connection:
            gone = delete(_CHOICES).where(_CHOICES.c.site == site, _CHOICES.c.visitor.in_(keys))
            count = connection.execute(gone).rowcount
        for visitor in visitors:
            self._held.pop((site, visitor), None)
        return count

    def _read(self, site: str, visitors: list[int]) -> None:
        self._held.update({(site, visitor): () for visitor in visitors})
        columns = (_CHOICES.c.visitor, _CHOICES.c.at_ms, _CHOICES.c.permissions, _CHOICES.c.region, _CHOICES.c.body)
        with self._engine.connect() as connection:
            for at in range(0, len(visitors), _ASKED_AT_ONCE):
                keys = [visitor.to_bytes(8, "big") for visitor in visitors[at : at + _ASKED_AT_ONCE]]
                rows = select(*columns).where(_CHOICES.c.site == site, _CHOICES.c.visitor.in_(keys))
                for key, *row in connection.execute(rows.order_by(_CHOICES.c.at_ms)):
                    self._held[site, int.from_bytes(key, "big")] += (_remembered(*row),)


_LAST = (  # written once: it is asked before every batch of deliveries, and writing it costs more than asking it
    select(_CHOICES.c.visitor, _CHOICES.c.permissions)
    .where(_CHOICES.c.site == bindparam("of"), _CHOICES.c.visitor.in_(bindparam("who", expanding=True)))
    .order_by(_CHOICES.c.at_ms)
)
Named = tuple[tuple[str, str], ...]  # other names of a person: their kind and text


class Changed(Struct, frozen=True):
    """What a browser allows from then on: another than before."""

    visitor: int
    at_ms: int
    permissions: int
    by: str  # who said so; "" if another rule holds where the browser is


class Permissions:
    """What people allow now: for whoever is about to send something. Every call asks the state."""

    def __init__(self, engine: Engine, suppression: Suppression) -> None:
        self._engine = engine
        self._suppression = suppression

    def now(self, site: str, visitor: int, *named: tuple[str, str]) -> int | None:
        """Of one person, as `of_many` says."""
        return self.of_many(site, [(visitor, named)])[0]

    def of_many(self, site: str, people: Sequence[tuple[int, Named]]) -> list[int | None]:
        """Of each the bits of the visitor's last known choice; None if nothing is known, then what was stored stands.
        Of who was erased or objected, by this browser or by one of the other names, security alone.
        A few hundred at once."""
        self._suppression.refresh()
        last = self._last(site, {visitor for visitor, _ in people if visitor})
        return [
            Permission.SECURITY.bit
            if self._suppression.why(site, ("visitor", str(visitor or "")), *named)
            else last.get(visitor)
            for visitor, named in people
        ]

    def _last(self, site: str, visitors: Collection[int]) -> dict[int, int]:
        if not visitors:
            return {}
        asked = {"of": site, "who": [visitor.to_bytes(8, "big") for visitor in visitors]}
        with self._engine.connect() as connection:
            rows = connection.execute(_LAST, asked).all()
        return {int.from_bytes(visitor, "big"): permissions for visitor, permissions in rows}  # the last one stays

    def changes(self, site: str, visitors: Sequence[int]) -> list[Changed]:
        """How often they thought otherwise, each in its order."""
        choices = Choices(self._engine)
        choices.prefetch((site, visitor) for visitor in visitors)
        return [change for visitor in visitors for change in choices.changes(site, visitor)]


def _same(one: Remembered, other: Remembered) -> bool:
    """Equal but for their times. A choice told again is no new one."""
    return (one.permissions, one.region, _words(one.known)) == (other.permissions, other.region, _words(other.known))


def _takes_back(before: Remembered, after: Remembered) -> bool:
    if not before.permissions & _STATISTICS or after.permissions & _STATISTICS:
        return False
    refused = any(one.permission is Permission.ANALYTICS and not one.granted for one in after.known.choices)
    return refused or before.region == after.region


def _newest_by(known: Known, before: Known) -> str:
    fresh = [one for one in known.choices if one not in before.choices]
    return max(fresh, key=lambda one: one.at_ms).by if fresh else ""


def _words(known: Known) -> tuple[object, ...]:
    return tuple((one.permission, one.granted) for one in known.choices), known.suppressed, known.overrides_gpc


def _remembered(at_ms: int, permissions: int, region: str, body: bytes) -> Remembered:
    return Remembered(at_ms, permissions, region, msgspec.json.decode(body, type=Known))
