"""How many people a site's segments held at the end of each day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from msgspec import Struct
from sqlalchemy import BigInteger, Column, Engine, String, Table, delete, insert, select

from onebyone.state.database import METADATA

_SIZES = Table(
    "segment_sizes",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("rule", String(64), primary_key=True),  # a digest of its text: a changed rule is another
    Column("day", String(10), primary_key=True),
    Column("people", BigInteger, nullable=False),
    Column("everybody", BigInteger, nullable=False),
    Column("counted_ms", BigInteger, nullable=False),
)
_UNKNOWN = -1


class Size(Struct, frozen=True, kw_only=True):
    """At the end of a day of the site's zone. `people` is None where the store could not count them."""

    day: date
    people: int | None
    everybody: int = 0  # who did anything in the 540 days before
    counted_ms: int = 0


class SegmentSizes:
    """Every call is one transaction and may block. Raises sqlalchemy's DBAPIError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, site: str, rule: str) -> list[Size]:
        """By day."""
        asked = select(_SIZES).where(_SIZES.c.site == site, _SIZES.c.rule == rule).order_by(_SIZES.c.day)
        with self._engine.connect() as connection:
            return [
                Size(
                    day=date.fromisoformat(row.day),
                    people=None if row.people == _UNKNOWN else row.people,
                    everybody=row.everybody,
                    counted_ms=row.counted_ms,
                )
                for row in connection.execute(asked)
            ]

    def put(self, site: str, rule: str, size: Size) -> None:
        """In place of what was counted of that day."""
        day = size.day.isoformat()
        with self._engine.begin() as connection:
            same = (_SIZES.c.site == site, _SIZES.c.rule == rule, _SIZES.c.day == day)
            connection.execute(delete(_SIZES).where(*same))
            people = _UNKNOWN if size.people is None else size.people
            connection.execute(
                insert(_SIZES).values(
                    site=site, rule=rule, day=day, people=people, everybody=size.everybody, counted_ms=size.counted_ms
                )
            )

    def keep(self, site: str, rules: Collection[str]) -> None:
        """Of these alone; what was counted of others goes."""
        with self._engine.begin() as connection:
            connection.execute(delete(_SIZES).where(_SIZES.c.site == site, _SIZES.c.rule.not_in(list(rules))))
