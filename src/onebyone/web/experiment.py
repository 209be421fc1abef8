"""An experiment in words: the answer first, a line for each variant, and whether any of it may be believed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from markupsafe import Markup
from msgspec import Struct

from onebyone.money import minor_units
from onebyone.reports.attribution.experiment import MOST_VARIANTS, SMALLEST_LIFT, Compared, Experiment, Variant
from onebyone.reports.attribution.lift import Lift, cost_per_incremental, incremental_95
from onebyone.reports.few import HIDDEN
from onebyone.reports.loss import Interval
from onebyone.web import numbers
from onebyone.web.experiment_question import Question
from onebyone.web.loss_checks import Check

_MANY_SEVERAL = 0.01  # of all people
VERDICTS = {
    "control": ("", "", "control"),
    "early": ("open", "of", "too early"),
    "better": ("full", "ok", "better"),
    "worse": ("x", "ba", "worse"),
    "open": ("half", "wa", "no difference seen"),
}


class Added(Struct, frozen=True):
    """What a variant added: `held` are the parameters that hold it against the models of Attribution, if told."""

    name: str
    relative: str
    relative_95: str
    orders: str
    orders_95: str
    cost: str
    held: dict[str, str]


class Line(Struct, frozen=True, kw_only=True):
    name: str
    people: str
    leads: list[str]  # which of its people have a list: all, converted
    expected: str
    converted: str
    rate: str
    rate_95: str
    more: str
    more_95: str
    p_value: str
    drawing: Markup | str
    verdict: tuple[str, str, str]  # glyph, tone, words
    net_each: str
    net_more: str
    net_more_95: str


def says(found: Experiment, question: Question, control: str) -> str:
    if found.refused:
        return _refusal(found, question, control)
    if numbers.hides(*(one.variant.converted for one in found.variants)):
        return numbers.SOME_HIDDEN
    smallest = min(found.variants, key=lambda one: one.variant.people)
    if not found.is_enough:
        least = f"the smallest variant has {numbers.count(smallest.variant.people)}"
        if found.needed is None:
            return f"Too early to say: who saw “{control}” tells nothing yet of how often it is reached."
        return f"Too early to say: each variant needs {numbers.count(found.needed)} people, and {least}."
    clear = [one for one in found.variants if one.verdict in ("better", "worse")]
    if not clear:
        return f"No difference is seen between “{control}” and {_others(found)}."
    best = max(clear, key=lambda one: one.verdict == "better" and _difference(one))
    was = found.variants[0].variant
    return (
        f"“{best.variant.name}” is {best.verdict} than “{control}”: "
        f"{numbers.rate(best.variant.converted, best.variant.people)} of its people did {question.goal}, "
        f"{numbers.rate(was.converted, was.people)} there, a difference between {_points_95(best)}."
    )


def _refusal(found: Experiment, question: Question, control: str) -> str:
    if found.refused == "uneven":
        return (
            "Nothing is compared: people did not come into the variants as planned, so more differs than the variant."
        )
    return {
        "none": "Nobody was seen with a variant in this period.",
        "one": "Everybody was seen with the same variant, so there is nothing to compare it with.",
        "many": f"“{question.prop}” has more than {MOST_VARIANTS} values, so it names no variants.",
        "no_control": f"Nobody was seen with “{control}”, so there is nothing to compare with.",
        "unplanned": "Nothing is compared: people were seen with a variant that the planned split does not name.",
    }[found.refused]


def lines(found: Experiment, currency: str) -> list[Line]:
    """Where it is refused, people alone: a rate beside an uneven split would be read all the same."""
    reach = max((_reach(one.against.newcombe_95) for one in found.variants if one.against), default=0.0)
    return [_line(one, reach, currency, alone=bool(found.refused)) for one in found.variants]


def _line(one: Compared, reach: float, currency: str, *, alone: bool) -> Line:
    was, against, none = one.variant, one.against, numbers.NONE
    return Line(
        name=was.name,
        people=numbers.count(was.people),
        leads=[which for which, count in (("all", was.people), ("converted", was.converted)) if _is_told(count)],
        expected=numbers.count(one.expected),
        converted=none if alone else numbers.count(was.converted),
        rate=none if alone else numbers.rate(was.converted, was.people),
        rate_95=none if alone else numbers.interval(one.rate_95.low, one.rate_95.high),
        more=none if against is None else points(against.absolute),
        more_95=none if against is None else interval_points(against.newcombe_95),
        p_value=_p(one.p_value) if against else none,
        drawing="" if against is None else about_zero(against.absolute, against.newcombe_95, reach),
        verdict=("", "", "") if alone else _verdict(one),
        net_each=none if alone else numbers.money(one.net_each, currency),
        net_more=_signed_money(one.net_more, currency),
        net_more_95=none
        if one.net_more_95 is None
        else _between(lambda minor: _signed_money(minor, currency), one.net_more_95),
    )


def _is_told(count: float) -> bool:
    return bool(count) and not numbers.hides(count)


def _verdict(one: Compared) -> tuple[str, str, str]:
    is_hidden = one.against is not None and numbers.hides(one.variant.converted, one.against.absolute)
    return ("", "", str(HIDDEN)) if is_hidden else VERDICTS[one.verdict]


def costs(found: Experiment, currency: str, spend: Decimal | None) -> dict[str, float | None]:
    """By variant what each order that it added cost, in minor units; empty where nobody said what was spent."""
    spent = None if spend is None else minor_units(spend, currency)
    if spent is None or found.refused:
        return {}
    return {
        one.variant.name: cost_per_incremental(spent, one.against.incremental) for one in found.variants if one.against
    }


def added(found: Experiment, currency: str, spend: Decimal | None = None) -> list[Added]:
    """Of each variant that is compared, more of it than with the control. `spend` is in units of the currency."""
    cost = costs(found, currency, spend)
    return [
        _added(one.variant, one.against, currency, cost.get(one.variant.name))
        for one in found.variants
        if one.against is not None
    ]


def _added(was: Variant, against: Lift, currency: str, cost: float | None) -> Added:
    relative, added_95 = against.relative_95, incremental_95(against, was.arm)
    return Added(
        name=was.name,
        relative=numbers.NONE if against.relative is None else percent(against.relative),
        relative_95=numbers.NONE if relative is None else _between(percent, relative),
        orders=signed(against.incremental),
        orders_95=_between(signed, added_95),
        cost=numbers.NONE if cost is None else numbers.money(round(cost), currency),
        held={}
        if numbers.hides(against.incremental)
        else {"added": f"{against.incremental:.1f}", "low": f"{added_95.low:.1f}", "high": f"{added_95.high:.1f}"},
    )


def percent(part: float) -> str:
    """A change with its sign: +12.5%."""
    if numbers.hides(part):
        return str(part)
    return f"{'+' if part > 0 else numbers.MINUS if part < 0 else ''}{abs(100 * part):,.1f}%"


def signed(count: float) -> str:
    """A number of orders that came on top or were lost, rounded."""
    if numbers.hides(count):
        return str(count)
    return f"{'+' if round(count) > 0 else numbers.MINUS if round(count) < 0 else ''}{abs(round(count)):,}"


def checks(found: Experiment, question: Question) -> list[Check]:
    if found.split_p is None:
        return []
    chance = f"So uneven a split, or more, comes by chance {_in_a_thousand(found.split_p)}."
    if found.refused:
        why = "Look for what sends one variant away: a slow page, a redirect, a consent banner, machines."
        return [Check("x", "ba", "People did not come as planned.", f"{chance} {why}"), *_left_out(found)]
    listed = [Check("full", "ok", "People came as planned.", chance), _planned(found, question), *_left_out(found)]
    waiting = sum(one.variant.waiting for one in found.variants)
    if waiting:
        text = f"{numbers.count(waiting)} of {numbers.count(found.people)} people are not through the "
        text += (
            f"{question.within_name} in which it counts. They are alike in every variant, so the rates are low alike."
        )
        listed.append(Check("half", "wa", "Some have time left.", numbers.said(text)))
    if len(found.variants) > 2:
        text = f"Each p is multiplied by the {len(found.variants) - 1} that are compared; the intervals are not wider."
        listed.append(Check("full", "ok", "Several are compared with one.", text))
    return listed


def _planned(found: Experiment, question: Question) -> Check:
    lift = f"{100 * SMALLEST_LIFT:.0f}%"
    how = (
        "as you planned it" if question.planned
        else f"counted from the control’s rate so far, to see {lift} more or less of it four times in five. "
        "Say before you begin how many you plan: a test that is read every day and stopped when it pleases finds "
        "differences where there are none"
    )  # fmt: skip
    if numbers.hides(found.variants[0].variant.converted):
        return Check("open", "of", "Nothing is said of how many are needed.", numbers.SOME_HIDDEN)
    if found.needed is None:
        return Check(
            "open", "of", "Nobody can say how many are needed.", f"The control has no rate to count it from: {how}."
        )
    needed = f"{numbers.count(found.needed)} in each variant, {how}."
    if found.is_enough:
        return Check("full", "ok", "Enough people.", needed)
    return Check("half", "wa", "Not enough people yet.", needed)


def _left_out(found: Experiment) -> list[Check]:
    listed = []
    if found.several:
        whole = found.people + found.several
        text = f"{numbers.count(found.several)} of {numbers.count(whole)} people, so they are in none."
        many = found.several > _MANY_SEVERAL * whole
        listed.append(
            Check(
                "half" if many else "full",
                "wa" if many else "ok",
                "Some saw more than one variant.",
                numbers.said(text),
            )
        )
    if found.nobody:
        times = numbers.count(found.nobody)
        text = f"{times} times a variant was shown without saying to whom, so what came of it is not known."
        listed.append(Check("dash", "of", "Some views name nobody.", text))
    return listed


def points(difference: float) -> str:
    """A difference of two shares with its sign: +0.60 pt."""
    if numbers.hides(difference):
        return str(difference)
    rounded = round(100 * difference, 2)
    return f"{'+' if rounded > 0 else numbers.MINUS if rounded < 0 else ''}{abs(rounded):.2f} pt"


def interval_points(interval: Interval) -> str:
    return _between(points, interval).replace(" pt to ", " to ")


def _between(say: Callable[[float], str], interval: Interval) -> str:
    if numbers.hides(interval.low, interval.high):
        return str(HIDDEN)
    return f"{say(interval.low)} to {say(interval.high)}"


def about_zero(difference: float, interval: Interval, reach: float) -> Markup:
    """A difference with its interval; no difference is the dotted mark in the middle. Nothing of what is hidden."""
    if numbers.hides(difference, interval.low, interval.high):
        return Markup()
    at, low, high = (50 + 48 * value / (reach or 1) for value in (difference, interval.low, interval.high))
    return Markup(
        '<svg class="ival" width="100%" height="20" aria-hidden="true">'
        '<line x1="0" x2="100%" y1="10" y2="10" class="grid"/>'
        '<line x1="50%" x2="50%" y1="0" y2="20" class="centre"/>'
        f'<line x1="{low:.3f}%" x2="{high:.3f}%" y1="10" y2="10" class="whisk"/>'
        f'<rect x="{at:.3f}%" y="10" width="8" height="8" class="dot" transform="translate(-4 -4)"/></svg>'
    )


def _reach(interval: Interval) -> float:
    return max(abs(interval.low), abs(interval.high))


def _difference(one: Compared) -> float:
    return one.against.absolute if one.against else 0.0


def _points_95(one: Compared) -> str:
    return interval_points(one.against.newcombe_95).replace(" to ", " and ") if one.against else numbers.NONE


def _others(found: Experiment) -> str:
    return " or ".join(f"“{one.variant.name}”" for one in found.variants[1:])


def _p(value: float | None) -> str:
    if value is None:
        return numbers.NONE
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _in_a_thousand(p_value: float) -> str:
    if p_value < 0.001:
        return "less than once in 1,000 tests"
    return f"in {round(1000 * p_value):,} of 1,000 tests"


def _signed_money(minor: float | None, currency: str) -> str:
    if minor is None:
        return numbers.NONE
    text = numbers.money(minor, currency)
    return f"+{text}" if minor > 0 and not numbers.hides(minor) else text
