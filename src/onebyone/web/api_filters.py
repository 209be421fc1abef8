"""The filters in the published description of the API: a query key for each field."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from litestar.openapi.spec import OpenAPIType, Operation, Parameter, Schema

from onebyone.reports.filters import AMOUNT, FIELDS, MOST_LETTERS, PERSONS, ROWS, SENT, WHOM
from onebyone.reports.own import OWN
from onebyone.web.filter_words import FIELD_NAMES

_HOW = (
    "{}: values to keep, a comma between them (`\\,` for a comma in one, `-` for not set). With `!` behind the key to"
    " leave out, `~` for values that contain a text, `!~` for those that do not."
)


_WHO = "{}: values, a comma between them. With `!` behind the key to leave out."
_BOUNDS = ((">", "at least"), ("<", "at most"))
_OWN = (
    "`prop.plan`, say: people who told these values of a property of your own in the period, in any event, on any "
    "browser of theirs. Values and operators as of the other filters; `-` for who never told it."
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
        Parameter(name=key, param_in="query", schema=text, required=False, description=how.format(FIELD_NAMES[field]))
        for field in FIELDS
        if field not in but
        for key, how in _keys(field)
    ]


def _keys(field: str) -> list[tuple[str, str]]:
    if field == AMOUNT:
        return [(field + mark, f"{{}}: {words} this, in whole units of the site's currency") for mark, words in _BOUNDS]
    return [(field, _WHO if field in (*WHOM, *SENT) else _HOW)]


@dataclass
class Narrowing(Operation):
    """Of a handler that takes filters."""

    def __post_init__(self) -> None:
        self.parameters = [*(self.parameters or []), *described()]


@dataclass
class NarrowingConversions(Operation):
    """Of sums over records, whose event is a key of its own."""

    def __post_init__(self) -> None:
        self.parameters = [*(self.parameters or []), *described({"event"})]


@dataclass
class NarrowingRecords(Operation):
    """Of the records, which have more keys of their own."""

    def __post_init__(self) -> None:
        self.parameters = [*(self.parameters or []), *described({"event", "via", "matched", "flag"})]


@dataclass
class NarrowingRows(Operation):
    """Of a report that asks beyond its period, where sessions and deeds are not known."""

    def __post_init__(self) -> None:
        self.parameters = [*(self.parameters or []), *described(set(FIELDS) - set(ROWS))]
