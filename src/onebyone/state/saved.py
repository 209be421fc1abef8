"""What people keep under a name: views of a page, segments (filters for any page), and dashboards of cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Column, Connection, Engine, LargeBinary, String, Table, delete, insert, select

from onebyone.state.database import METADATA

_SAVED = Table(
    "saved",
    METADATA,
    Column("site", String(32), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("slug", String(64), primary_key=True),
    Column("body", LargeBinary, nullable=False),  # the Saved, as JSON
)

Kind = Literal["view", "segment", "board"]
MOST = 200  # of one kind and site
LONGEST_NAME = 80
_LONGEST_SLUG = 48
KEPT_MS = 30 * 86_400_000  # what was removed, to be put back


class Cell(Struct, frozen=True, omit_defaults=True):
    """Of a dashboard. `what` it shows is the console's to read; `title` is "" for the usual one."""

    id: str
    what: str
    title: str = ""


class Saved(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A view has a page and its query, a segment filters or a rule, a dashboard (board) cells and a query to open with.

    `shared`: for everybody who may see the site.
    """

    site: str
    kind: Kind
    slug: str
    name: str
    by: str  # the id of who made it
    by_name: str
    page: str = ""
    query: str = ""
    filters: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    rule: str = ""  # its text
    shared: bool = True
    made_ms: int = 0
    removed_ms: int = 0


class TooMany(Exception):
    """A site keeps as many as it may."""


class Shelf:
    """Every call is one transaction and may block. Raises sqlalchemy's DBAPIError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, site: str) -> list[Saved]:
        """By name, those that were removed too."""
        with self._engine.connect() as connection:
            return _all(connection, site)

    def add(self, saved: Saved) -> Saved:
        """Under a slug of its name that is free; what was removed long ago goes. Raises TooMany."""
        with self._engine.begin() as connection:
            there = _all(connection, saved.site)
            for old in there:
                if old.removed_ms and old.removed_ms < saved.made_ms - KEPT_MS:
                    _delete(connection, old)
            same = [one for one in there if one.kind == saved.kind]
            if sum(not one.removed_ms for one in same) >= MOST:
                raise TooMany
            saved = replace(saved, slug=free_slug(saved.name, {one.slug for one in same}))
            _insert(connection, saved)
        return saved

    def remove(self, saved: Saved, now_ms: int) -> None:
        """To be put back for a month; its slug stays taken."""
        self._put(replace(saved, removed_ms=now_ms))

    def put_back(self, saved: Saved) -> None:
        self._put(replace(saved, removed_ms=0))

    def change(self, saved: Saved, new: Callable[[Saved], Saved]) -> Saved:
        """What is kept under that slug now, made into what `new` makes of it. Raises KeyError if nothing is."""
        with self._engine.begin() as connection:
            found = next((one for one in _all(connection, saved.site) if _key(one) == _key(saved)), None)
            if found is None:
                raise KeyError(saved.slug)
            changed = new(found)
            _delete(connection, found)
            _insert(connection, changed)
        return changed

    def _put(self, saved: Saved) -> None:
        with self._engine.begin() as connection:
            _delete(connection, saved)
            _insert(connection, saved)


def free_slug(name: str, taken: Collection[str]) -> str:
    """The name for an address, with a number behind it where another has it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_SLUG].strip("-") or "saved"
    return next(one for n in range(1, len(taken) + 2) if (one := slug if n == 1 else f"{slug}-{n}") not in taken)


def _key(saved: Saved) -> tuple[str, str]:
    return saved.kind, saved.slug


def _all(connection: Connection, site: str) -> list[Saved]:
    found = connection.execute(select(_SAVED.c.body).where(_SAVED.c.site == site)).scalars()
    return sorted(
        (msgspec.json.decode(body, type=Saved) for body in found), key=lambda one: (one.name.lower(), one.slug)
    )


def _insert(connection: Connection, saved: Saved) -> None:
    connection.execute(
        insert(_SAVED).values(site=saved.site, kind=saved.kind, slug=saved.slug, body=msgspec.json.encode(saved))
    )


def _delete(connection: Connection, saved: Saved) -> None:
    key = (_SAVED.c.site == saved.site, _SAVED.c.kind == saved.kind, _SAVED.c.slug == saved.slug)
    connection.execute(delete(_SAVED).where(*key))
