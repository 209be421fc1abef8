"""The list behind a cell of Retention: whose it is, and what it says of them."""

from __future__ import annotations

import re
from datetime import date

from onebyone.store import Param
from onebyone.web.address import NotUnderstood, View
from onebyone.web.behind_address import at
from onebyone.web.retention import UNITS, cohort_name, read_question

BY = "cohort"
KEYS = ("first", "again", "unit", "entry")
_NAMED = re.compile(r"(\d{4}-\d{2}-\d{2})(?:,(\d{1,4}))?", re.ASCII)


def link(view: View, begin: date, later: int | None = None) -> str:
    """All of the cohort that begins then, or those who came back so many units later."""
    kept = {key: view.given[key] for key in KEYS if view.given.get(key)}
    return at(view, "visitors", kept | {"by": BY, "is": begin.isoformat() if later is None else f"{begin},{later}"})


def params(view: View) -> dict[str, Param]:
    """What `cohort_people` takes. Raises NotUnderstood."""
    question, (begin, later) = read_question(view), _read(view)
    return question.params | {"cohort": begin.isoformat(), "later": -1 if later is None else later}


def says(view: View) -> str:
    question, (begin, later) = read_question(view), _read(view)
    did = "first did" if question.entry == "first" else "did"
    whose = f"They {did} {question.first} in the {question.unit} of {cohort_name(begin, question.unit)}"
    return whose if later is None else f"{whose}, and did {question.again} in {question.unit} {later}"


def _read(view: View) -> tuple[date, int | None]:
    found = _NAMED.fullmatch(view.given.get("is", ""))
    try:
        if found is None or view.given.get("unit", UNITS[1]) not in UNITS:
            raise ValueError("no cell")
        return date.fromisoformat(found[1]), int(found[2]) if found[2] else None
    except ValueError:
        site = view.path.partition("/behind/")[0]
        raise NotUnderstood("Retention has no such cell. ", "Show Retention", f"{site}/retention", ".") from None
