"""Pieces of SQL that several statements share: `{{name}}` stands for the file `parts/name.sql`."""

from __future__ import annotations

import re
from pathlib import Path

PARTS = Path(__file__).with_name("parts")
_NAMED = re.compile(r"\{\{(\w+)\}\}")


def with_parts(sql: str) -> str:
    """The statement with every piece in its place. Raises FileNotFoundError for one that does not exist."""
    return _NAMED.sub(lambda found: with_parts((PARTS / f"{found[1]}.sql").read_text(encoding="utf-8").strip()), sql)
