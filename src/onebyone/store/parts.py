"""Pieces of SQL that several statements share: `{{name}}` is the file `parts/name.sql`, or what is given for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

PARTS = Path(__file__).with_name("parts")
PLACES = (
    "and_rows",
    "and_orders",
    "and_own",
    "and_drops",
    "and_sessions",
    "and_visitors",
)  # where a report's filters stand
RULE_PLACES = ("rule_deeds", "rule_parts", "rule_opposites", "rule_measured")  # of reports about a rule; files have one
NOT_NARROWED: Mapping[str, str] = dict.fromkeys(PLACES, "")
_NAMED = re.compile(r"\{\{(\w+)\}\}")


def with_parts(sql: str, given: Mapping[str, str] = NOT_NARROWED) -> str:
    """The statement with every piece in its place. Raises FileNotFoundError for one that does not exist."""

    def piece(found: re.Match[str]) -> str:
        name = found[1]
        if name in given:
            return given[name]
        return with_parts(_read(name), given)

    return _NAMED.sub(piece, sql)


@cache
def _read(name: str) -> str:
    return (PARTS / f"{name}.sql").read_text(encoding="utf-8").strip()
