"""The question of property paths: which property, and the SQL that it stands for.

A property is a field of the filters that every event carries, or `prop.NAME` for one of the site's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from onebyone.reports.filters import ROWS, SESSIONS
from onebyone.reports.own import OWN, own_named
from onebyone.reports.power import MOST_LETTERS, Shape
from onebyone.store import BadParameter, Param

PLACES = ("property",)
USUAL = "page"
PARAMS: dict[str, str] = {"prop": "String"}
SORTS = ("people", "converted", "rate", "time")
STEPS = ("first", "last")
MOST_STEPS = 5


class PropertyUnreadable(ValueError):
    """The text is no property; the message says why."""


def check_property(text: str, fields: Mapping[str, str] = ROWS) -> None:
    """Raises PropertyUnreadable."""
    if text in SESSIONS:
        raise PropertyUnreadable(f"`{text}` is of a visit, not of an event.")
    own = text.removeprefix(OWN)
    if text not in fields and (own in ("", text) or len(own) > MOST_LETTERS or not own.isprintable()):
        raise PropertyUnreadable(f"`{text}` is no property. Use {', '.join(fields)}, or {OWN}NAME for one of your own.")


def read_alone(text: str, fields: Mapping[str, str] = ROWS) -> tuple[str, dict[str, Param]]:
    """A checked property in SQL, and the parameter that this names."""
    if text in fields:
        return fields[text], {}
    column, bound = own_named(text.removeprefix(OWN), "own_prop")
    return column, {"own_prop": bound}


def shaped(given: Mapping[str, Param]) -> Shape:
    """Of the parameters `PARAMS`, each of which has a usual value. Raises BadParameter."""
    text = str(given.get("prop", USUAL))
    try:
        check_property(text)
    except PropertyUnreadable as error:
        raise BadParameter(f"{error}") from error
    sql, params = read_alone(text)
    return Shape({"property": sql}, params)
