"""The lists of persons behind numbers of people: whose each is, what its report takes, and what the list says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from msgspec.structs import replace

from onebyone.store import Param
from onebyone.web import cohort_list, experiment_question, lifetime, numbers, path_question, populations
from onebyone.web.address import NotUnderstood, View
from onebyone.web.behind_address import at, joined, split
from onebyone.web.choices import chosen
from onebyone.web.desk import Row
from onebyone.web.funnel import name_of, read_funnel
from onebyone.web.listed import Of
from onebyone.web.retention import cohort_name

KEYS = ("since", *path_question.KEYS, *experiment_question.KEYS[:6])
POPULATION, DAYS, WORTH, PATH, VARIANT = "population", "days", "worth", "path", "variant"
_SEEN = "seen"
_STEP = re.compile(r"([1-8]),(all|on|stopped)")
_SOME = re.compile(r"[1-9]\d{0,4}", re.ASCII)
_WHICH = ("all", "converted")
_KINDS = ("all", "none", "path")


def of_population(view: View) -> Callable[[date, str], str]:
    """The list of one population of a unit, by its column."""
    return lambda starts, which: _at(view, POPULATION, [starts.isoformat(), which], "unit")


def of_days(view: View) -> Callable[[int], str]:
    return lambda days: _at(view, DAYS, [str(days)])


def of_worth(view: View) -> Callable[[date], str]:
    return lambda begin: _at(view, WORTH, [begin.isoformat()], "unit", "since")


def of_path(view: View) -> Callable[[str, Row], str]:
    """All or the converted of a row of Property paths; "" where it is of several paths."""

    def link(which: str, row: Row) -> str:
        if row["kind"] == "others":
            return ""
        return _at(view, PATH, [which, row["kind"], *row["path"]], *path_question.KEYS[:5])

    return link


def of_variant(view: View, shown: str) -> Callable[[str, str], str]:
    """All or the converted of a variant. `shown` is the event that told it, also where the address does not say."""
    told = replace(view, given=view.given | {"shown": shown})
    return lambda which, variant: _at(told, VARIANT, [which, variant], *experiment_question.KEYS[:6])


def _at(view: View, by: str, values: list[str], *keys: str) -> str:
    kept = {key: view.given[key] for key in keys if view.given.get(key)}
    return at(view, "visitors", kept | {"by": by, "is": joined(values)})


def _named(view: View) -> list[str]:
    return split(view.given.get("is", ""))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min


def _unknown(view: View, page: str, name: str) -> NotUnderstood:
    site = view.path.partition("/behind/")[0]
    return NotUnderstood(f"{name} has no such number. ", f"Show {name}", f"{site}/{page}", ".")


def _population(view: View) -> Mapping[str, Param]:
    starts, which, *more = (*_named(view), "")[: max(2, len(_named(view)))]
    if more or which not in (_SEEN, *populations.ABOUT) or _date(starts) == date.min:
        raise _unknown(view, "populations", "Populations")
    return chosen(view, "populations") | {"starts": _date(starts).isoformat(), "which": which}


def _population_says(view: View) -> str:
    asked = _population(view)
    unit, which = str(asked["unit"]), str(asked["which"])
    when = f"the {unit} of {cohort_name(_date(str(asked['starts'])), unit)}"
    if which == _SEEN:
        return f"They were seen in {when}"
    return f"Of {when}: {populations.ABOUT[which].format(unit=unit)}"


def _days(view: View) -> Mapping[str, Param]:
    days = view.given.get("is", "")
    if not _SOME.fullmatch(days):
        raise _unknown(view, "days_active", "Days active")
    return {"days": int(days)}


def _days_says(view: View) -> str:
    days = int(str(_days(view)["days"]))
    return f"They were seen on {numbers.count(days)} day{'' if days == 1 else 's'} of this period"


def _worth(view: View) -> Mapping[str, Param]:
    begin = _date(view.given.get("is", ""))
    if begin == date.min:
        raise _unknown(view, "lifetime", "Lifetime value")
    return chosen(view, "lifetime") | {"cohort": begin.isoformat()}


def _worth_says(view: View) -> str:
    asked = _worth(view)
    unit, first = str(asked["unit"]), lifetime.SINCE[str(asked["since"])].lower()
    return f"Their {first} was in the {unit} of {cohort_name(_date(str(asked['cohort'])), unit)}"


def _path(view: View) -> Mapping[str, Param]:
    which, kind, *path = (*_named(view), "")[: max(2, len(_named(view)))]
    if which not in _WHICH or kind not in _KINDS or (kind == "path") != bool(path):
        raise _unknown(view, "paths", "Paths")
    asked = path_question.read_question(view).params
    kept = {key: value for key, value in asked.items() if key not in ("sort", "limit")}
    return kept | {"which": which, "kind": kind, "path": path}


def _path_says(view: View) -> str:
    asked, question = _path(view), path_question.read_question(view)
    (which, kind, *path), start = _named(view), question.start_name
    did = (
        f"They did {question.goal_name} within {question.within_name}"
        if asked["which"] == "converted"
        else "They began"
    )
    began = f" with {start}" if start and which == "all" else f" after {start}" if start else ""
    way = {"all": "", "none": f", without any {question.property_name.lower()} on the way"}.get(
        kind, f", by way of {' → '.join(path)}"
    )
    return f"{did}{began}{way}"


def _variant(view: View) -> Mapping[str, Param]:
    which, variant, *more = (*_named(view), "")[: max(2, len(_named(view)))]
    if which not in _WHICH or not variant or more or not view.given.get("shown"):
        raise _unknown(view, "experiments", "Experiments")
    return experiment_question.read_question(view, ()).params | {"which": which, "variant": variant}


def _variant_says(view: View) -> str:
    (which, variant), question = _named(view), experiment_question.read_question(view, ())
    did = f", and did {question.goal} within {question.within_name}" if which == "converted" else ""
    return f"They were first seen with “{variant}”{did}"


def _funnel(view: View) -> Mapping[str, Param]:
    """Raises NotUnderstood."""
    found, asked = _STEP.fullmatch(view.given.get("is", "")), read_funnel(view, ())
    if found is None or int(found[1]) > len(asked.steps):
        kept = {key: "" for key in ("by", "is", "after")}
        where = view.link(f"{view.path.partition('/behind/')[0]}/funnels", **kept)
        raise NotUnderstood("This is no step of the funnel. ", "Show the funnel", where, ".")
    return asked.params | {"step": int(found[1]), "which": found[2]}


def _funnel_says(view: View) -> str:
    number, which = _named(view)
    step = name_of(read_funnel(view, ()).steps[int(number) - 1])
    return {"all": f"They came to {step}", "on": f"They went on behind {step}", "stopped": f"They stopped at {step}"}[
        which
    ]


_OF_RETENTION = "retention"  # the entry of the menu that has them all
LISTS: Mapping[str, Of] = {
    "funnel": Of(
        report="funnel_people", page=("funnels", "Funnels"), menu="funnels", params=_funnel, says=_funnel_says,
    ),
    cohort_list.BY: Of(
        report="cohort_people", page=("retention", "Retention"), menu=_OF_RETENTION,
        params=cohort_list.params, says=cohort_list.says,
    ),
    POPULATION: Of(
        report="population_people", page=("populations", "Populations"), menu=_OF_RETENTION, one="event",
        params=_population, says=_population_says, narrows=populations.NARROWS,
    ),
    DAYS: Of(
        report="active_people", page=("days_active", "Days active"), menu=_OF_RETENTION, one="event",
        params=_days, says=_days_says,
    ),
    WORTH: Of(
        report="lifetime_people", page=("lifetime", "Lifetime value"), menu=_OF_RETENTION, one="order",
        params=_worth, says=_worth_says,
    ),
    VARIANT: Of(
        report="experiment_seen", page=("experiments", "Experiments"), menu="experiments",
        params=_variant, says=_variant_says,
    ),
    PATH: Of(
        report="property_path_people", page=("paths", "Paths"), menu="explore", one="value",
        params=_path, says=_path_says,
    ),
}  # fmt: skip
