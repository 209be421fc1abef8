"""The filters in the published description of the API: a query key for each field."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from litestar.openapi.spec import OpenAPIType, Operation, Parameter, Schema

from onebyone.reports.filters import FIELDS, MOST_LETTERS, OWN, PERSONS, ROWS
from onebyone.web.filter_words import FIELD_NAMES

_HOW = (
    "{}: values to keep, a comma between them (`\\,` for a comma in one, `-` for not set). With `!` behind the key to"
    " leave out, `~` for values that contain a text, `!~` for those that do not."
)


_OWN = (
    "`prop.plan`, say: people who told these values of a property of your own in the period, in any event, on any browser of theirs. Values and"
    " operators as of the other filters; `-` for who never told it."
)


def described(but: Collection[str] = ()) -> list[Parameter]:
    text = Schema(type=OpenAPIType.STRING, max_length=MOST_LETTERS)
    segment = Parameter(
        name="segment", param_in="query", schema=text, required=False, description="the slug of a saved segment"
    )
    own = (
        []
        if set(PERSONS) & set(but)
        else [Parameter(name=f"{OWN}NAME", param_in="query", schema=text, required=False, description=_OWN)]
    )
    return [segment, *own] + [
        Parameter(
            name=field, param_in="query", schema=text, required=False, description=_HOW.format(FIELD_NAMES[field])
        )
        for field in FIELDS
        if field not in but
    ]


@dataclass
class Narrowing(Operation):
    """Of a handler that takes filters."""

    def __post_init__(self) -> None:
        self.parameters = [*(self.parameters or []), *described()]


@dataclass
class NarrowingConversions(Operation):
    """Of the records, whose event is a key of its own."""

    def __post_init__(self) -> None:
        self.parameters = [*(self.parameters or []), *described({"event"})]


@dataclass
class NarrowingRows(Operation):
    """Of a report that asks beyond its period, where sessions and deeds are not known."""

    def __post_init__(self) -> None:
        self.parameters = [*(self.parameters or []), *described(set(FIELDS) - set(ROWS))]
