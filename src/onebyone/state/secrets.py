"""Secrets the installation makes for itself, once."""

from __future__ import annotations

import secrets

from sqlalchemy import Column, Engine, LargeBinary, String, Table, insert, select
from sqlalchemy.exc import IntegrityError

from onebyone.state.database import METADATA

_SECRETS = Table(
    "secrets",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)


def get_secret(engine: Engine, name: str) -> bytes:
    """32 random bytes, the same for ever; made at the first call, whichever process makes it."""
    try:
        with engine.begin() as connection:
            connection.execute(insert(_SECRETS).values(name=name, value=secrets.token_bytes(32)))
    except IntegrityError:
        pass  # it was made before
    with engine.connect() as connection:
        return bytes(connection.execute(select(_SECRETS.c.value).where(_SECRETS.c.name == name)).scalar_one())
