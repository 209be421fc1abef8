"""What an address asks of an experiment: which event tells the variant, what is to be reached, what was planned."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal

from msgspec import Struct

from onebyone.money import amount
from onebyone.reports.attribution.experiment import MOST_VARIANTS
from onebyone.store import Param
from onebyone.web.address import NotUnderstood, View
from onebyone.web.funnel import DEFAULT_WITHIN, WITHIN

KEYS = ("shown", "prop", "only", "goal", "wait", "within", "control", "split", "planned", "spend")
USUAL = ("experiment_view", "experience_impression")  # events that tell a variant, as sites call them
USUAL_PROP = "variant"
USUAL_GOAL = "purchase"
USUAL_CONTROLS = ("control", "original", "baseline", "a", "0")
WAITS: Mapping[str, tuple[str, timedelta]] = {
    "0": ("at once", timedelta()),
    "1d": ("from a day later", timedelta(days=1)),
    "7d": ("from a week later", timedelta(days=7)),
}
MOST_PLANNED = 100_000_000
LIMIT = MOST_VARIANTS + 3  # one variant too many, and those who are in none


class Question(Struct, frozen=True, kw_only=True):
    """`shown` is "" where nobody said which event tells the variant, and no usual one was seen."""

    shown: str
    prop: str
    only: tuple[str, str]  # a property and its value, ("", "") for every such event
    goal: str
    wait: str
    within: str
    control: str  # "" for the usual one
    split: dict[str, float] | None  # None: the same for each
    planned: int | None
    spend: Decimal | None  # on each variant but the control

    @property
    def params(self) -> dict[str, Param]:
        return {
            "event": self.shown, "prop": self.prop, "only": self.only[0], "value": self.only[1], "goal": self.goal,
            "wait_ms": _ms(WAITS[self.wait][1]), "within_ms": _ms(WITHIN[self.within][1]),
        }  # fmt: skip

    @property
    def within_name(self) -> str:
        return WITHIN[self.within][0]

    @property
    def wait_name(self) -> str:
        return WAITS[self.wait][0]


def read_question(view: View, seen: Collection[str]) -> Question:
    """Raises NotUnderstood."""
    given = view.given
    wait, within = given.get("wait", "0"), given.get("within", DEFAULT_WITHIN)
    for key, value, allowed in (("wait", wait, WAITS), ("within", within, WITHIN)):
        if value not in allowed:
            raise _refused(view, key, f"`{value}` is no time to {key}. Times are {', '.join(allowed)}. ")
    if WAITS[wait][1] >= WITHIN[within][1]:
        raise _refused(view, "wait", f"Nobody can do it {WAITS[wait][0]} and within {WITHIN[within][0]}. ")
    return Question(
        shown=given.get("shown") or next((name for name in USUAL if name in seen), ""),
        prop=given.get("prop") or USUAL_PROP,
        only=_only(view),
        goal=given.get("goal") or USUAL_GOAL,
        wait=wait,
        within=within,
        control=given.get("control", ""),
        split=_split(view),
        planned=_planned(view),
        spend=_spend(view),
    )


def control_of(question: Question, variants: Collection[str]) -> str:
    """The one that was named, else the one with a usual name, else the first."""
    if question.control:
        return question.control
    by_name = {name.lower(): name for name in sorted(variants, reverse=True)}
    usual = next((by_name[name] for name in USUAL_CONTROLS if name in by_name), "")
    return usual or min(variants, default="")


def _only(view: View) -> tuple[str, str]:
    text = view.given.get("only", "")
    key, colon, value = text.partition(":")
    if text and not (key.strip() and colon and value.strip()):
        raise _refused(view, "only", f"`{text}` names no property and value. Write it like experiment:checkout. ")
    return key.strip(), value.strip()


def _split(view: View) -> dict[str, float] | None:
    text = view.given.get("split", "")
    if not text:
        return None
    found: dict[str, float] = {}
    for part in text.split(","):
        name, _, share = part.rpartition(":")
        try:
            found[name.strip()] = float(share)
        except ValueError:
            found[""] = 0
    if "" in found or not all(0 < share <= MOST_PLANNED for share in found.values()):
        raise _refused(view, "split", f"`{text}` is no planned split. Write it like control:90,b:10. ")
    return found


def _planned(view: View) -> int | None:
    text = view.given.get("planned", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) <= MOST_PLANNED and len(text) < 12):
        raise _refused(view, "planned", f"`{text}` is no number of people. Write 1 to {MOST_PLANNED:,}, digits alone. ")
    return int(text)


def _spend(view: View) -> Decimal | None:
    text = view.given.get("spend", "")
    if not text:
        return None
    if (found := amount(text)) is None or found <= 0:
        raise _refused(view, "spend", f"`{text}` is no amount of money. Write it like 1200 or 1200.50. ")
    return found


def _refused(view: View, key: str, why: str) -> NotUnderstood:
    return NotUnderstood(why, "Show the page without it", view.link(**{key: ""}), ".")


def _ms(length: timedelta) -> int:
    return int(length.total_seconds() * 1000)
