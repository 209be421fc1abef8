"""The power report's question: its rows and columns as they are written, and the SQL that they stand for.

A column is written `kind:event:property`, the latter two where its kind has them; an empty event is every event. A
property is a field of the filters that every event carries, or `prop.NAME` for one of the site's own. A backslash
before a comma or colon makes it part of a name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from onebyone.reports.filters import ROWS as OF_FILTERS
from onebyone.reports.own import OWN, own_named
from onebyone.store import BadParameter, Param
from onebyone.store.parts import with_parts

_SQL = tomllib.loads(Path(__file__).with_name("power.toml").read_text(encoding="utf-8"))
FIELDS: Mapping[str, str] = {**OF_FILTERS, **_SQL["rows"]}
KINDS: tuple[str, ...] = tuple(_SQL["columns"])
OF_RECORDS = ("conversions", "revenue")
WITH_NUMBER = ("sum", "mean", "least", "most")
WITH_TEXT = ("first", "last")
WITH_TIME = ("first_at", "last_at")
VISITS: Mapping[str, str] = _SQL["visits"]  # of the visit in which something happened: rows alone are by these
CHOICES: tuple[str, ...] = tuple(_SQL["choices"])  # of a person's values of a property; without one, an event's own
MOST_ROWS_BY, MOST_COLUMNS, MOST_LETTERS = 2, 8, 200
USUAL_BY = ("country",)
USUAL_COLUMNS = ("people", "events:page_view", "conversions:purchase", "revenue:purchase")
USUAL_EVENT = "purchase"  # of conversions and revenue
PARAMS: dict[str, str] = {
    "by": "Array(String)",
    "cols": "Array(String)",
    "sort": "String",
    "after": "Array(String)",
    "paged": "UInt8",
}
PLACES = (
    "named", "rank", "columns", "states", "keys", "told_rows", "rows_by", "second", "row_1", "row_2", "record_row_1",
    "record_row_2", "whose", "texts", "no_texts", "join_persons", "prewhere", "of_events", "join_properties",
    "direction", "row_open", "row_close", "record_person", "record_node", "record_join", "seen_by", *_SQL["paged"],
)  # fmt: skip


class PowerUnreadable(ValueError):
    """The text is no row or column; the message says why."""


class Column(Struct, frozen=True):
    """`event` is "" for every event; `prop` is "" where the kind has none."""

    kind: str
    event: str = ""
    prop: str = ""

    def __str__(self) -> str:
        parts = (self.kind, self.event, self.prop)
        return joined(parts if self.prop else parts[:2] if self.event else parts[:1], ":")

    @property
    def is_number(self) -> bool:
        return self.kind not in WITH_TEXT + WITH_TIME


class Question(Struct, frozen=True):
    """`sort` is a column as it is written, or "rows", with - in front from the largest to the smallest."""

    by: tuple[str, ...]
    columns: tuple[Column, ...]
    sort: str

    @property
    def sorted_by(self) -> Column | None:
        """None for the names of the rows."""
        return next((one for one in self.columns if str(one) == self.sort.removeprefix("-")), None)

    @property
    def sorted_at(self) -> int | None:
        """The place of that column among those of the answer, rows first."""
        column = self.sorted_by
        return None if column is None else len(self.by) + self.columns.index(column)

    @property
    def is_by_text(self) -> bool:
        """Whether its order is that of the alphabet."""
        return self.sorted_by is None or self.sorted_by.kind in WITH_TEXT

    @property
    def names(self) -> tuple[str, ...]:
        """Of the answer's columns, rows first: letters, digits and underscores, no two alike."""
        found: list[str] = []
        for text in (*self.by, *map(str, self.columns)):
            name = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_") or "column"
            name = name if name[0].isalpha() else f"column_{name}"
            same = sum(one == name or re.fullmatch(rf"{name}_\d+", one) is not None for one in found)
            found.append(f"{name}_{same + 1}" if same else name)
        return tuple(found)


def read_question(by: Sequence[str], cols: Sequence[str], sort: str = "") -> Question:
    """Raises PowerUnreadable."""
    if len(by) > MOST_ROWS_BY or len(set(by)) < len(by):
        raise PowerUnreadable(f"Rows are by one or by {MOST_ROWS_BY} different properties.")
    if not 0 < len(cols) <= MOST_COLUMNS:
        raise PowerUnreadable(f"A table has 1 to {MOST_COLUMNS} columns.")
    columns = tuple(dict.fromkeys(read_column(text) for text in cols))
    for one in by:
        if one not in VISITS:
            _check_property(chosen_of(one)[1])
    sort = sort or next((f"-{one}" for one in columns if one.is_number), "rows")
    if sort.removeprefix("-") not in ("rows", *map(str, columns)):
        raise PowerUnreadable(f"`{sort.removeprefix('-')}` is no column of this table to sort by.")
    return Question(tuple(by), columns, sort)


def read_column(text: str) -> Column:
    """Raises PowerUnreadable."""
    kind, event, prop, *more = [*split(text, ":"), "", ""]
    if kind not in KINDS:
        raise PowerUnreadable(f"`{kind}` is nothing that a column can hold. Use {', '.join(KINDS)}.")
    if any(more) or len(event) > MOST_LETTERS or not event.isprintable():
        raise PowerUnreadable(f"`{text}` is no column. Write it like events:page_view or sum:scroll:prop.percent.")
    if kind in WITH_NUMBER + WITH_TEXT:
        _check_property(prop)
        if kind in WITH_NUMBER and not prop.startswith(OWN):
            raise PowerUnreadable(f"`{prop}` is no number. Name one of your own properties, like {OWN}percent.")
    elif prop:
        raise PowerUnreadable(f"`{kind}` is of an event alone, not of a property of it.")
    return Column(kind, event or (USUAL_EVENT if kind in OF_RECORDS else ""), prop)


def chosen_of(text: str) -> tuple[str, str]:
    """What rows are by: the choice among a person's values, "" for the event's own, and the property."""
    choice, _, prop = text.partition(".")
    return (choice, prop) if choice in CHOICES else ("", text)


def _check_property(text: str) -> None:
    own = text.removeprefix(OWN)
    if text not in FIELDS and (own in ("", text) or len(own) > MOST_LETTERS or not own.isprintable()):
        raise PowerUnreadable(
            f"`{text}` is no property. Use {', '.join(FIELDS)}, or {OWN}NAME for one of your own; rows are also by"
            f" {', '.join(VISITS)}."
        )


def joined(parts: Sequence[str], by: str) -> str:
    return by.join(re.sub(rf"([\\{by}])", r"\\\1", part) for part in parts)


def split(text: str, by: str) -> list[str]:
    """What `joined` wrote; other backslashes stay as they are."""
    parts = re.findall(rf"(?:^|{by})((?:\\.|[^\\{by}]|\\$)*)", text, re.DOTALL)
    return [re.sub(rf"\\([\\{by}])", r"\1", part) for part in parts]


class Shape(Struct, frozen=True):
    """Texts for the places of the report, and the parameters they name."""

    places: dict[str, str]
    params: dict[str, Param]


def shaped(given: Mapping[str, Param]) -> Shape:
    """Of the parameters `PARAMS`, each of which has a usual value. Raises BadParameter."""
    try:
        question = read_question(
            _texts(given, "by", USUAL_BY), _texts(given, "cols", USUAL_COLUMNS), str(given.get("sort", ""))
        )
    except PowerUnreadable as error:
        raise BadParameter(f"{error}") from error
    shape = _shape(question)
    behind = _behind(question, _texts(given, "after", ()))
    pieces = {"keys": shape.places["keys"], "behind": behind.places["behind"]}
    paged = {key: with_parts(text, pieces) for key, text in _SQL["paged" if given.get("paged") else "unpaged"].items()}
    return Shape(shape.places | behind.places | paged, shape.params | behind.params)


def _texts(given: Mapping[str, Param], key: str, usual: Sequence[str]) -> list[str]:
    value = given.get(key, usual)
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(one, str) for one in value):
        raise BadParameter(f"{key}: a list of texts")
    return list(value)


def _shape(question: Question) -> Shape:
    numbered = list(enumerate(question.columns, 1))
    by = list(enumerate(question.by, 1))
    said, joins, nothing = _SQL["said"], _SQL["joined"], _SQL["nothing"]
    held = [(n, one) for n, one in by if chosen_of(one)[0]]
    visits = [(n, one) for n, one in by if one in VISITS]
    rows = [nothing["row"] if chosen_of(one)[0] or one in VISITS else _property(one, "by", n) for n, one in by]
    keys = [f"row_{n}" for n, _ in by] or ["row_1"]
    owns = [_piece(_SQL["property"]["told"], n, value=rows[n - 1]) for n, one in by if one.startswith(OWN)]
    told = [_piece(_SQL["property"]["own"], n) if one.startswith(OWN) else rows[n - 1] for n, one in by]
    events = {one.event for one in question.columns if one.kind not in OF_RECORDS}
    counted = {one.event for one in question.columns if one.kind in OF_RECORDS}
    people = any(one.kind == "people" for one in question.columns)
    every = "" in events
    places = {
        "named": ", ".join(_piece(said["name"], n, column=one) for n, one in enumerate(_columns(question), 1)),
        "columns": ", ".join(
            _piece(said["column"], n, counted=_piece(_SQL["columns"][one.kind], n)) for n, one in numbered
        ),
        "states": ",\n        ".join(_state(one, n) for n, one in numbered),
        "keys": ", ".join(keys),
        **_grouped(by, visits),
        "second": said["second" if len(by) > 1 else "no_second"],
        **_two("row", rows),
        **_two("record_row", told),
        "whose": with_parts("{{person}}") if people or held else nothing["person"],
        "texts": "".join(
            _piece(said["text"], n, value=_property(one.prop, "of", n)) for n, one in numbered if one.prop
        ),
        "no_texts": "".join(_piece(nothing["text"], n) for n, one in numbered if one.prop),
        "join_persons": with_parts(joins["persons"]) if people or held else "",
        "prewhere": "" if every else joins["prewhere"],
        "of_events": _SQL["events"]["every" if every else "named"],
        "join_properties": with_parts(joins["properties"].strip(), {"owns": ", ".join(owns)}) if owns else "",
        "seen_by": _SQL["visited"]["column"] if visits else "",
        **_held(held, visits),
    }
    named: dict[str, Param] = {} if every else {"events": sorted(events), "names": sorted(events | counted)}
    return Shape(places, _bound(question) | named | {"counted": sorted(counted)})


def _grouped(by: Sequence[tuple[int, str]], visits: Sequence[tuple[int, str]]) -> dict[str, str]:
    """The places by which rows are put together, and which then say them as texts."""
    said, visited = _SQL["said"], _SQL["visited"]
    nth = {n: nth for nth, (n, _) in enumerate(visits, 1)}
    own = [(n, _piece(said["row"], n)) for n, _ in by or [(1, "")] if n not in nth]
    told = own + [(n, _piece(visited["told"], n, nth=str(k), names=_names_of(visits))) for n, k in nth.items()]
    return {
        "told_rows": ", ".join(text for _, text in sorted(told)),
        "rows_by": ", ".join([_piece(said["by"], n) for n, _ in own] + [visited["by"]] * bool(visits)),
    }


def _names_of(visits: Sequence[tuple[int, str]]) -> str:
    """The list of all there are of these properties of visits."""
    visited, numbered = _SQL["visited"], [(str(nth), VISITS[text]) for nth, (_, text) in enumerate(visits, 1)]
    texts = ", ".join(with_parts(visited["text"], {"nth": nth, "column": column}) for nth, column in numbered)
    named = ", ".join(with_parts(visited["name"], {"nth": nth}) for nth, _ in numbered)
    columns = ", ".join(column for _, column in numbered)
    return with_parts(visited["names"].strip(), {"texts": texts, "named": named, "columns": columns})


def _held(by: Sequence[tuple[int, str]], visits: Sequence[tuple[int, str]]) -> dict[str, str]:
    """The places that name a row by what its person's value of a property is, or by what its visit came by."""
    nobody = {"record_person": _SQL["nothing"]["person"], "record_node": "", "record_join": ""}
    if not by and not visits:
        return {"row_open": "", "row_close": "", **nobody}
    sql, replaced, joins = _SQL["held"], [], []
    if visits:
        pieces = {
            "names": _names_of(visits),
            "columns": ", ".join(VISITS[text] for _, text in visits),
            "last": str(len(visits) + 1),
        }
        joins.append(with_parts(_SQL["visited"]["join"].strip(), pieces))
    for n, text in by:
        choice, prop = chosen_of(text)
        function, within = _SQL["choices"][choice]["function"], _SQL["within"][_SQL["choices"][choice]["within"]]
        values = with_parts(sql["values"].strip(), {"value": _property(prop, "by", n), "within": within})
        of = _piece(
            sql["one" if function else "all"].strip(), n, function=function, moment=sql["moment"], values=values
        )
        joins.append(_piece(sql["join"], n, of=of))
        value = _SQL["said"]["held" if function else "held_then"]
        replaced.append(_piece(sql["value"], n, value=_piece(value, n)))
    opened = {
        "replaced": with_parts(sql["replaced"], {"values": ", ".join(replaced)}) if replaced else "",
        "came_by": _SQL["visited"]["of_event"].strip() if visits else "",
    }
    return {
        "row_open": with_parts(sql["open"], opened),
        "row_close": with_parts(sql["close"], {"joins": "\n      ".join(joins)}),
        **nobody,
    } | (
        {}
        if not by
        else {
            "record_person": with_parts("{{person}}"),
            "record_node": f", {with_parts('{{order_node}}')} AS node",
            "record_join": with_parts(_SQL["joined"]["persons"]),
        }
    )


def _two(place: str, rows: Sequence[str]) -> dict[str, str]:
    first, second, *_ = [*rows, _SQL["nothing"]["row"], _SQL["nothing"]["row"]]
    return {f"{place}_1": first, f"{place}_2": second}


def _bound(question: Question) -> dict[str, Param]:
    numbered = list(enumerate(question.columns, 1))
    by = [(n, chosen_of(one)[1]) for n, one in enumerate(question.by, 1)]
    return {
        **{f"name_{n}": name for n, name in enumerate(question.names, 1)},
        **{f"by_prop_{n}": _own(one, "by", n)[1] for n, one in by if one.startswith(OWN)},
        **{f"of_prop_{n}": _own(one.prop, "of", n)[1] for n, one in numbered if one.prop.startswith(OWN)},
        **{f"event_{n}": one.event for n, one in numbered if one.event},
    }


def _piece(text: str, n: int, **pieces: str) -> str:
    return with_parts(text, {**pieces, "n": str(n)})


def _columns(question: Question) -> list[str]:
    rows = [f"row_{n}" for n in range(1, len(question.by) + 1)]
    return rows + [f"column_{n}" for n in range(1, len(question.columns) + 1)]


def _property(text: str, kind: str, n: int) -> str:
    if not text.startswith(OWN):
        return FIELDS[text]
    return _own(text, kind, n)[0]


def _own(text: str, kind: str, n: int) -> tuple[str, str]:
    return own_named(text.removeprefix(OWN), f"{kind}_prop_{n}")


def _state(one: Column, n: int) -> str:
    which = "counted" if one.kind in OF_RECORDS else "named" if one.event else "every"
    pieces = {"of": _SQL["of"][which], "n": "{{n}}"} | _SQL["property"]
    return _piece(with_parts(_SQL["states"][one.kind], pieces), n)


def _behind(question: Question, after: Sequence[str]) -> Shape:
    """The order of the rows, and the place of the last one shown: its rank and its names."""
    down, column = question.sort.startswith("-"), question.sorted_by
    place = f"column_{question.columns.index(column) + 1}" if column else "row_1"
    kind = "text" if question.is_by_text else "time" if column and column.kind in WITH_TIME else "number"
    places = {
        "rank": with_parts(_SQL["rank"][kind], {"column": place}),
        "direction": "DESC" if down else "ASC",
        "behind": _SQL["nothing"]["before"],
    }
    if not after:
        return Shape(places, {})
    if len(after) != 3:
        raise BadParameter("after: the rank of a row and its two names")
    rank, *names = after
    pieces = {"than": "<" if down else ">", "type": "String" if kind == "text" else "Float64"}
    places["behind"] = with_parts(_SQL["rank"]["behind"], pieces)
    return Shape(
        places, {"after_rank": rank if kind == "text" else _number(rank), "after_1": names[0], "after_2": names[1]}
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadParameter(f"after: {text!r} is no number") from None
