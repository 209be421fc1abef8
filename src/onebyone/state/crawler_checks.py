"""What the DNS said about crawlers: whether a network is the one's that it says it is. Holds for a day."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import BigInteger, Boolean, Column, Engine, String, Table, delete, select

from onebyone.state.database import METADATA

_CHECKS = Table(
    "crawler_checks",
    METADATA,
    Column("crawler", String(64), primary_key=True),
    Column("network", String(45), primary_key=True),
    Column("verified", Boolean, nullable=True),  # NULL: the DNS did not answer
    Column("asked_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)


class Check(Struct, frozen=True):
    crawler: str
    network: str
    verified: bool | None
    asked_ms: int


class CrawlerChecks:
    """Of all sites: a crawler is the same everywhere. Raises sqlalchemy's DBAPIError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[Check]:
        columns = (_CHECKS.c.crawler, _CHECKS.c.network, _CHECKS.c.verified, _CHECKS.c.asked_ms)
        with self._engine.connect() as connection:
            return [Check(*row) for row in connection.execute(select(*columns).order_by(_CHECKS.c.asked_ms))]

    def put(self, checks: Sequence[Check]) -> None:
        """Replace what was known of these networks."""
        with self._engine.begin() as connection:
            for check in checks:
                one = (_CHECKS.c.crawler == check.crawler) & (_CHECKS.c.network == check.network)
                connection.execute(delete(_CHECKS).where(one))
                values = (check.crawler, check.network, check.verified, check.asked_ms)
                connection.execute(_CHECKS.insert().values(values))

    def expire(self, before_ms: int) -> int:
        """Forget answers that are older; how many."""
        with self._engine.begin() as connection:
            return connection.execute(delete(_CHECKS).where(_CHECKS.c.asked_ms < before_ms)).rowcount
