"""Lift tests that a site has made: what an experiment said was added, kept to be held beside the models."""

from __future__ import annotations

import secrets
from datetime import date

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Column, Engine, LargeBinary, String, Table, delete, insert, select, update

from onebyone.state.database import METADATA

_LIFT_TESTS = Table(
    "lift_tests",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("id", String(16), primary_key=True),
    Column("body", LargeBinary, nullable=False),  # the LiftTest, as JSON
)


class LiftTest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`label` is of what Attribution shares `by`: channel, source or campaign. `added`, `low` and `high` are of what
    `event` counts. `removed_ms` is 0 while it stands; until it is forgotten it can be put back.
    """

    name: str
    by: str
    label: str
    event: str
    first_day: date  # of the site's zone, as the last
    last_day: date
    added: float
    low: float
    high: float
    site: str = ""
    id: str = ""
    made_by: str = ""
    made_ms: int = 0
    removed_ms: int = 0


class LiftTests:
    """Every call is one transaction and may block. Raises sqlalchemy's DBAPIError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, site: str) -> list[LiftTest]:
        """The newest days first, also those that were removed."""
        with self._engine.connect() as connection:
            bodies = connection.execute(select(_LIFT_TESTS.c.body).where(_LIFT_TESTS.c.site == site)).scalars()
            found = [msgspec.json.decode(body, type=LiftTest) for body in bodies]
        return sorted(found, key=lambda one: (one.last_day, one.made_ms, one.id), reverse=True)

    def find(self, site: str, id: str) -> LiftTest | None:
        return next((one for one in self.all(site) if one.id == id), None)

    def add(self, site: str, test: LiftTest, *, by: str, now_ms: int) -> LiftTest:
        """With its id."""
        kept = replace(test, site=site, id=secrets.token_hex(6), made_by=by, made_ms=now_ms, removed_ms=0)
        with self._engine.begin() as connection:
            connection.execute(insert(_LIFT_TESTS).values(site=site, id=kept.id, body=msgspec.json.encode(kept)))
        return kept

    def set_removed(self, test: LiftTest, removed_ms: int) -> None:
        """From that moment; 0 puts it back."""
        body = msgspec.json.encode(replace(test, removed_ms=removed_ms))
        mine = (_LIFT_TESTS.c.site == test.site, _LIFT_TESTS.c.id == test.id)
        with self._engine.begin() as connection:
            connection.execute(update(_LIFT_TESTS).where(*mine).values(body=body))

    def forget(self, site: str, *, removed_before_ms: int) -> None:
        """Those that were removed before then are gone."""
        gone = [one.id for one in self.all(site) if 0 < one.removed_ms < removed_before_ms]
        with self._engine.begin() as connection:
            connection.execute(delete(_LIFT_TESTS).where(_LIFT_TESTS.c.site == site, _LIFT_TESTS.c.id.in_(gone)))
