"""What an address asks of the power report, its canonical form, and the form that edits it without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from litestar.datastructures import MultiDict

from onebyone.reports.own import OWN
from onebyone.reports.power import (
    MOST_COLUMNS,
    USUAL_BY,
    USUAL_COLUMNS,
    VISITS,
    WITH_NUMBER,
    WITH_TEXT,
    Column,
    PowerUnreadable,
    Question,
    chosen_of,
    joined,
    read_question,
    split,
)
from onebyone.store import Param
from onebyone.web.address import NotUnderstood, View, address
from onebyone.web.filter_words import FIELD_NAMES

KEYS = ("by", "cols", "sort", "after")
CHOSEN = ("by", "whose", "kind", "of", "prop", "sort")  # the fields of the form
KINDS: Mapping[str, str] = {
    "people": "People who did",
    "events": "Times of",
    "conversions": "Conversions, each once",
    "revenue": "Net revenue",
    "sum": "Sum",
    "mean": "Average",
    "least": "Smallest",
    "most": "Largest",
    "first": "First value",
    "last": "Last value",
    "first_at": "First time",
    "last_at": "Last time",
}
TIMES: Mapping[str, str] = {
    "day": "Day",
    "week": "Week",
    "month": "Month",
    "weekday": "Weekday",
    "hour": "Hour",
}
WHOSE: Mapping[str, str] = {  # value of a property names the row: the event's, or which of its person's
    "": "of the event itself",
    "first_ever": "first ever",
    "last_ever": "last ever",
    "first_in_range": "first in the period",
    "last_to_end": "last up to its end",
    "last_before": "last before the event",
}
_KEPT = ("period", "from", "to", "traffic", "segment")


def question_of(view: View) -> Question:
    """Raises NotUnderstood: no table is better than another one."""
    by, cols = view.given.get("by", ""), view.given.get("cols", "")
    try:
        question = read_question(
            split(by, ",") if by else USUAL_BY,
            _columns(cols) if cols else USUAL_COLUMNS,
            view.given.get("sort", ""),
        )
        if not question.by:
            raise PowerUnreadable("A table has rows by one property at least.")
    except PowerUnreadable as error:
        raise NotUnderstood(
            f"{error} ", "Show the usual table", view.link(by="", cols="", sort="", after=""), "."
        ) from None
    return question


def keys_of(question: Question, usual: bool = True) -> dict[str, str]:
    """The keys of an address that asks so; "" for what is usual."""
    by, cols = joined(question.by, ","), written(question.columns)
    sort = (
        ""
        if question.sort == read_question(question.by, [str(one) for one in question.columns]).sort
        else question.sort
    )
    if usual and question.by == USUAL_BY:
        by = ""
    if usual and tuple(map(str, question.columns)) == USUAL_COLUMNS:
        cols = ""
    return {"by": by, "cols": cols, "sort": sort, "after": ""}


def written(columns: Sequence[Column]) -> str:
    return ",".join(str(one).replace(",", "\\,") for one in columns)


def _columns(text: str) -> list[str]:
    """Between commas, the backslashes before colons left for `read_column`."""
    found: list[str] = [""]
    letters = iter(text)
    for letter in letters:
        following = next(letters, "") if letter == "\\" else ""
        if letter == ",":
            found.append("")
        else:
            found[-1] += following if following == "," else letter + following
    return found


def params(question: Question, view: View) -> dict[str, Param]:
    """What the report takes beside the period. Raises NotUnderstood for a place that cannot be read."""
    given: dict[str, Param] = {
        "by": list(question.by),
        "cols": [str(one) for one in question.columns],
        "sort": question.sort,
    }
    after = view.given.get("after", "")
    if not after:
        return given
    place = split(after, ",")
    if len(place) != 3 or not (question.is_by_text or _is_number(place[0])):
        raise NotUnderstood("This place in the table cannot be read. ", "Show its beginning", view.link(after=""), ".")
    return given | {"after": place}


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False


def chosen(path: str, query: MultiDict[str], view: View) -> str:
    """The address of what the form's fields say. Raises NotUnderstood."""
    whose = [*query.getall("whose", []), "", ""]
    by = [
        f"{choice}.{text.strip()}" if choice else text.strip()
        for text, choice in zip(query.getall("by", []), whose, strict=False)
        if text.strip()
    ]
    fields = zip(query.getall("kind", []), query.getall("of", []), query.getall("prop", []), strict=False)
    cols = [str(Column(kind, event.strip(), _prop(kind, prop.strip()))) for kind, event, prop in fields if kind]
    try:
        question = read_question(list(dict.fromkeys(by)) or USUAL_BY, cols or USUAL_COLUMNS)
        if query.get("sort", "") in [
            f"{sign}{one}" for sign in ("", "-") for one in ("rows", *map(str, question.columns))
        ]:
            question = Question(question.by, question.columns, str(query["sort"]))
    except PowerUnreadable as error:
        raise NotUnderstood(f"{error} ", "Back to the table", view.link(path), ".") from None
    kept = {key: view.given[key] for key in _KEPT if view.given.get(key)}
    return address(path, kept | keys_of(question), view.filters)


def _prop(kind: str, text: str) -> str:
    """What a kind has no use for is left out, and a bare name of one's own property is taken for it."""
    if kind not in WITH_NUMBER + WITH_TEXT:
        return ""
    return f"{OWN}{text}" if kind in WITH_NUMBER and text and not text.startswith(OWN) else text


def property_name(text: str) -> str:
    """As a person reads it."""
    choice, text = chosen_of(text)
    if choice:
        return f"{property_name(text)}, {WHOSE[choice]}"
    if text in VISITS:
        return f"{FIELD_NAMES[text]} of the visit"
    return TIMES.get(text) or FIELD_NAMES.get(text) or text.removeprefix(OWN)


def without(question: Question, column: Column) -> dict[str, str] | None:
    """The keys without that column; None where it is the last."""
    left = tuple(one for one in question.columns if one != column)
    if not left:
        return None
    sort = "" if question.sorted_by == column else question.sort
    return keys_of(read_question(question.by, [str(one) for one in left], sort))


def lines(question: Question) -> list[Column | None]:
    """Those of the form: the columns, and two empty ones as long as there may be more."""
    return [*question.columns, *[None] * min(2, MOST_COLUMNS - len(question.columns))]
