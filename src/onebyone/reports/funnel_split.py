"""The question of a split funnel: which property, which of a person's values of it, and the SQL that they stand for.

It is written `choice.property`, like the rows of the power report; without a choice it is the first in the period.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from onebyone.reports.power import FIELDS, Shape, chosen_of
from onebyone.reports.property_paths import PropertyUnreadable, check_property, read_alone
from onebyone.store import BadParameter, Param

_SQL = tomllib.loads(Path(__file__).with_name("funnel_split.toml").read_text(encoding="utf-8"))
PLACES = ("valued", "kept", "picked", "of_time")
CHOICES: tuple[str, ...] = tuple(_SQL["choices"])
USUAL_CHOICE = "first_in_range"
USUAL = f"{USUAL_CHOICE}.country"
PARAMS: dict[str, str] = {"by": "String"}


def read_split(text: str) -> tuple[str, str]:
    """The choice and the property. Raises PropertyUnreadable."""
    choice, prop = chosen_of(text)
    check_property(prop, FIELDS)
    return choice or USUAL_CHOICE, prop


def shaped(given: Mapping[str, Param]) -> Shape:
    """Of the parameters `PARAMS`, each of which has a usual value. Raises BadParameter."""
    try:
        choice, prop = read_split(str(given.get("by", USUAL)))
    except PropertyUnreadable as error:
        raise BadParameter(f"{error}") from error
    kept, within = _SQL["choices"][choice]["kept"], _SQL["choices"][choice]["within"]
    sql, params = read_alone(prop, FIELDS)
    pieces = {
        "valued": sql,
        "kept": _SQL["kept"][kept],
        "picked": _SQL["picked"][kept],
        "of_time": _SQL["within"][within],
    }
    return Shape({place: text.strip() for place, text in pieces.items()}, params)
