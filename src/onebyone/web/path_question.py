"""What an address asks of property paths: from which event to which, of which property, and in what order."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from onebyone.reports.filters import ROWS
from onebyone.reports.property_paths import SORTS, STEPS, USUAL, PropertyUnreadable, check_property
from onebyone.store import Param
from onebyone.web.address import NotUnderstood, View
from onebyone.web.filter_words import FIELD_NAMES
from onebyone.web.funnel import DEFAULT_WITHIN, WITHIN, name_of
from onebyone.web.power_question import property_name

KEYS = ("first", "goal", "within", "prop", "steps", "show", "sort")
USUAL_GOAL = "purchase"
USUAL_SORT = "-people"
SHOWS = ("15", "50", "100")
STEP_NAMES: Mapping[str, str] = {"first": "first five", "last": "last five"}
PROPERTIES: tuple[tuple[str, str], ...] = tuple((key, FIELD_NAMES[key]) for key in ROWS)


class Question(Struct, frozen=True, kw_only=True):
    """`first` is "" for whatever came first. `sort` is a column, with - in front from the largest to the smallest."""

    first: str
    goal: str
    within: str
    prop: str
    steps: str
    show: str
    sort: str

    @property
    def params(self) -> dict[str, Param]:
        return {
            "first": self.first, "goal": self.goal, "prop": self.prop, "steps": self.steps, "sort": self.sort,
            "limit": int(self.show), "within_ms": int(WITHIN[self.within][1].total_seconds() * 1000),
        }  # fmt: skip

    @property
    def property_name(self) -> str:
        return property_name(self.prop)

    @property
    def within_name(self) -> str:
        return WITHIN[self.within][0]

    @property
    def goal_name(self) -> str:
        return name_of(self.goal)

    @property
    def start_name(self) -> str:
        return name_of(self.first)


def read_question(view: View) -> Question:
    """Raises NotUnderstood: no paths are better than others."""
    given = view.given
    sorts = (*SORTS, *(f"-{one}" for one in SORTS))
    question = Question(
        first=given.get("first", "").strip(),
        goal=given.get("goal", "").strip() or USUAL_GOAL,
        within=_one_of(view, "within", DEFAULT_WITHIN, tuple(WITHIN)),
        prop=given.get("prop", "").strip() or USUAL,
        steps=_one_of(view, "steps", STEPS[0], STEPS),
        show=_one_of(view, "show", SHOWS[0], SHOWS),
        sort=_one_of(view, "sort", USUAL_SORT, sorts),
    )
    try:
        check_property(question.prop)
    except PropertyUnreadable as error:
        raise NotUnderstood(f"{error} ", "Show paths of pages", view.link(prop=""), ".") from None
    return question


def _one_of(view: View, key: str, usual: str, allowed: tuple[str, ...]) -> str:
    value = view.given.get(key, usual)
    if value not in allowed:
        raise NotUnderstood(
            f"`{value}` is no {key}. Use {', '.join(allowed)}. ",
            "Show the page without it",
            view.link(**{key: ""}),
            ".",
        )
    return value
