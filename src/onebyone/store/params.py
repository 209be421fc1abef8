"""Values on their way into a query. ClickHouse believes anything (300 as UInt8 is 44), so they are checked here."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from onebyone.store import BadParameter, Param

_DECLARED = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*):([^{}]+)\}")
_INTEGER = re.compile(r"(U?)Int(8|16|32|64)")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0"})
_QUOTED_ESCAPES = {**_ESCAPES, ord("'"): "\\'"}
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2149, 6, 6)  # what a Date can hold
_FIRST_AT, _LAST_AT = datetime(1970, 1, 1, tzinfo=UTC), datetime(2149, 6, 7, tzinfo=UTC)


def declared(sql: str) -> dict[str, str]:
    """The parameters that a query names, with their types."""
    return {name: kind.strip() for name, kind in _DECLARED.findall(sql)}


def write(sql: str, params: Mapping[str, Param]) -> dict[str, str]:
    """Each value as the engine wants to read it. Raises BadParameter, also for one that is missing or not declared."""
    kinds = declared(sql)
    if kinds.keys() != params.keys():
        wrong = sorted(kinds.keys() ^ params.keys())
        raise BadParameter(f"{', '.join(wrong)}: the query declares {sorted(kinds)}")
    return {name: written(name, kind, params[name]) for name, kind in kinds.items()}


def written(name: str, kind: str, value: Param) -> str:
    """One value of that type, as the engine wants to read it. Raises BadParameter."""
    text = None
    if kind == "String" and isinstance(value, str):
        text = value.translate(_ESCAPES)
    elif kind == "Identifier" and isinstance(value, str) and _IDENTIFIER.fullmatch(value):
        text = value
    elif kind == "Array(String)" and isinstance(value, Sequence) and not isinstance(value, str):
        text = _array(value)
    elif kind == "Date" and isinstance(value, date) and not isinstance(value, datetime):
        text = value.isoformat() if _FIRST_DAY <= value <= _LAST_DAY else None
    elif kind == "DateTime64(3)" and isinstance(value, datetime):
        text = _moment(value)
    elif kind == "UUID" and isinstance(value, UUID):
        text = str(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        text = _number(kind, value)
    if text is None or not _is_unicode(text):
        raise BadParameter(f"{name}: {value!r} is no {kind}")
    return text


def _array(values: Sequence[str]) -> str | None:
    if not all(isinstance(value, str) for value in values):
        return None
    return "[" + ",".join("'" + value.translate(_QUOTED_ESCAPES) + "'" for value in values) + "]"


def _moment(value: datetime) -> str | None:
    if value.tzinfo is None or not _FIRST_AT <= value < _LAST_AT:
        return None
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")


def _number(kind: str, value: int | float) -> str | None:
    if kind == "Float64":
        return repr(float(value)) if math.isfinite(value) else None
    integer = _INTEGER.fullmatch(kind)
    if integer is None or not isinstance(value, int):
        return None
    bits = int(integer[2])
    low, high = (0, 2**bits - 1) if integer[1] else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return str(value) if low <= value <= high else None


def _is_unicode(text: str) -> bool:
    """A lone surrogate has no UTF-8."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)
