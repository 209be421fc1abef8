"""Opening the state: SQLite. Written in SQLAlchemy Core for PostgreSQL too, which no setting offers yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.exc import DBAPIError

METADATA = MetaData()
SCHEMA_VERSION = 1

_SCHEMA = Table("schema_version", METADATA, Column("version", Integer, nullable=False))


class StateUnavailable(Exception):
    """The state cannot be read or written now. Nothing was changed."""


class StateTooNew(Exception):
    """The state was written by a newer onebyone."""


def sqlite_url(directory: Path) -> str:
    return f"sqlite:///{directory / 'state.db'}"


def open_database(url: str) -> Engine:
    """Connect and create what is missing; every table's module must have been imported before.

    Raises StateUnavailable if the place cannot be opened, StateTooNew if it holds a later schema.
    """
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if url.startswith("sqlite"):
        event.listen(engine, "connect", _durable)
    try:
        with engine.begin() as connection:
            if not METADATA.tables.keys() <= set(inspect(connection).get_table_names()):
                _wait_for_others(connection)
                METADATA.create_all(connection)
            found = connection.execute(select(_SCHEMA.c.version)).scalar()
            if found is None:
                connection.execute(insert(_SCHEMA).values(version=SCHEMA_VERSION))
            elif found > SCHEMA_VERSION:
                raise StateTooNew(f"state has schema {found}, this onebyone knows {SCHEMA_VERSION}")
    except DBAPIError as error:
        engine.dispose()
        raise StateUnavailable(str(error.orig)) from error
    return engine


def _wait_for_others(connection: Connection) -> None:
    """Processes that start together find the same tables missing: one creates them, the rest look again after it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def leave_no_trace(engine: Engine) -> None:
    """After rows were deleted that must not be found on the disk either. SQLite's file is written anew, which takes
    about a second for 200 MB, and other writers wait; PostgreSQL leaves it to its own vacuum.

    Raises StateUnavailable.
    """
    if engine.dialect.name != "sqlite":
        return
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
    except DBAPIError as error:
        raise StateUnavailable(str(error.orig)) from error
    if busy:
        raise StateUnavailable("a reader keeps the write-ahead file busy")


def _durable(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
