"""Reports that are sent by a clock: which, of which days, when, and to whom."""

from __future__ import annotations

import secrets
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Column, Engine, LargeBinary, String, Table, delete, insert, select

from onebyone.state.database import METADATA

_EXPORTS = Table(
    "exports",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("id", String(16), primary_key=True),
    Column("body", LargeBinary, nullable=False),  # the Export, as JSON
)

Form = Literal["csv", "parquet", "html"]  # html: of a dashboard
Every = Literal["day", "week", "month"]  # weeks on Monday, months on the first


class Export(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`done_ms` is the scheduled moment that was carried out last; `tries` are those of the one after it."""

    site: str
    id: str
    name: str
    report: str  # or board: and the slug of a dashboard
    period: str  # a preset of the console
    query: str = ""  # of an address: filters, a segment, the report's own choices
    traffic: str = "people"
    form: Form = "csv"
    every: Every = "day"
    hour: int = 7  # of the site's zone
    to: tuple[str, ...] = ()  # e-mail addresses
    to_file: bool = False  # below exports/ in the data directory
    enabled: bool = True
    masked: bool = False  # numbers of few people and what names one: whoever saved it may not see them
    created_ms: int = 0
    done_ms: int = 0
    tries: int = 0
    next_try_ms: int = 0


class Exports:
    """Every call is one transaction and may block. Raises sqlalchemy's DBAPIError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, site: str) -> list[Export]:
        with self._engine.connect() as connection:
            found = connection.execute(select(_EXPORTS.c.body).where(_EXPORTS.c.site == site)).scalars()
            return sorted((msgspec.json.decode(body, type=Export) for body in found), key=lambda one: one.created_ms)

    def find(self, site: str, id: str) -> Export | None:
        return next((one for one in self.all(site) if one.id == id), None)

    def put(self, export: Export) -> Export:
        """A new one gets an id."""
        export = export if export.id else replace(export, id=secrets.token_hex(6))
        with self._engine.begin() as connection:
            connection.execute(delete(_EXPORTS).where(_EXPORTS.c.site == export.site, _EXPORTS.c.id == export.id))
            connection.execute(
                insert(_EXPORTS).values(site=export.site, id=export.id, body=msgspec.json.encode(export))
            )
        return export

    def remove(self, site: str, id: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(_EXPORTS).where(_EXPORTS.c.site == site, _EXPORTS.c.id == id))
