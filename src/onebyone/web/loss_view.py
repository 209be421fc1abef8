"""What the Loss page says: the answer first, and each sum written out."""

from __future__ import annotations

from markupsafe import Markup
from msgspec import Struct

from onebyone.reports.loss import Interval
from onebyone.reports.missed import ENOUGH, Group
from onebyone.state.sites import Site
from onebyone.web import numbers
from onebyone.web.loss_chart import who_saw
from onebyone.web.loss_words import ASSUMES, REFUSALS, STATUSES, noun
from onebyone.web.missed_list import SeenBy
from onebyone.web.words import Words


class Metric(Struct, frozen=True, kw_only=True):
    name: str
    text: str
    note: str
    missed: bool = False


class Made(Struct, frozen=True):
    """How a figure came about, in this period's numbers, and what it assumes."""

    name: str
    sum: str
    assumes: str


def says(whole: Group, event: str) -> str:
    """The sentence under the title."""
    things = noun(event)
    if whole.refused == "too_few":
        return f"{whole.seen.server} of the {ENOUGH} {things} of your server that a rate needs."
    if whole.refused or whole.block_rate_95 is None:
        words = REFUSALS[whole.refused]
        return f"{words.happened} {words.to_do}"
    seen, interval = whole.seen, numbers.interval(whole.block_rate_95.low, whole.block_rate_95.high)
    return (
        f"Browsers missed {numbers.count(seen.server_only)} of the {numbers.count(seen.server)} {things} that your "
        f"server reported: {numbers.share(seen.server_only, seen.server)}, between {interval.replace(' – ', ' and ')}."
    )


def metrics(whole: Group, event: str, site: Site) -> list[Metric]:
    seen, things = whole.seen, noun(event)
    if whole.refused or whole.block_rate_95 is None:
        missed = Metric(name="Missed by browsers", text=numbers.NONE, note=short(whole, event), missed=True)
        return [missed, *(_unknown(name) for name in ("Gain from the server", "Revenue a pixel would not see"))]
    note = f"{range_of(whole.block_rate_95)}, {numbers.count(seen.server_only)} of {numbers.count(seen.server)} server"
    found = [
        Metric(
            name="Missed by browsers",
            text=numbers.share(seen.server_only, seen.server),
            note=f"{note} {things}",
            missed=True,
        ),
        _gain(whole),
        _money(whole, event, site),
    ]
    return [*found, _neither(whole, event)]


class Saw(Struct, frozen=True):
    name: str
    count: int
    shade: str
    seen: SeenBy  # of the list that it counts


def who(whole: Group) -> list[Saw]:
    seen = whole.seen
    parts = [
        Saw("browser and server", seen.both, "s-a", "both"),
        Saw("server only: the browser missed them", seen.server_only, "s-m", "server-only"),
    ]
    if seen.browser_only:
        name = "browser only: ask why your server did not report them"
        parts.append(Saw(name, seen.browser_only, "s-k", "browser-only"))
    third_only = whole.third - whole.third_shared
    return [*parts, Saw("the imported list only", third_only, "s-o", "third-only")] if third_only else parts


def bar_of(whole: Group) -> Markup:
    return who_saw([(one.name, one.count, one.shade) for one in who(whole)])


def ledger(whole: Group, event: str) -> list[tuple[str, str, SeenBy]]:
    """From all that were counted to those the page is about, with the list of each; the last line is the sum."""
    parts = who(whole)
    total = sum(one.count for one in parts)
    rows: list[tuple[str, str, SeenBy]] = [
        (numbers.count(total + whole.declined), f"{noun(event)} counted in this period", "counted")
    ]
    if whole.declined:
        less = "by people who declined statistics: no loss, left out here"
        rows.append((numbers.count(-whole.declined), less, "declined"))
    sum_ = " + ".join(numbers.count(one.count) for one in parts)
    return [
        *rows,
        (numbers.count(total), f"{noun(event, total)} that could be seen by both, {sum_}", "visible"),
    ]


def made(whole: Group, event: str, site: Site) -> list[Made]:
    """Each figure's sum in this period's numbers, beside what it assumes."""
    seen, count = whole.seen, numbers.count
    if whole.refused:
        return []
    money = numbers.money(whole.missed_minor, site.currency)
    rows = [
        Made(
            "Missed by browsers",
            f"{count(seen.server_only)} server only ÷ {count(seen.server)} of the server "
            f"= {numbers.share(seen.server_only, seen.server)}",
            ASSUMES["missed"],
        ),
        Made(
            "Gain from the server",
            f"{count(seen.server_only)} server only ÷ {count(seen.browser)} of the browser "
            f"= {numbers.change(seen.union, seen.browser)}",
            ASSUMES["gain"],
        ),
        Made("Revenue a pixel would not see", f"{count(seen.server_only)} server only = {money}", ASSUMES["money"]),
    ]
    total = whole.estimate.chapman
    if total is not None:
        sum_ = (
            f"({count(seen.browser)} + 1) × ({count(seen.server)} + 1) ÷ ({count(seen.both)} + 1) − 1 = "
            f"{total:,.1f}; less {count(seen.union)} seen = {whole.estimate.unseen or 0.0:,.1f}"
        )
        rows.append(Made("Seen by neither", sum_, ASSUMES["neither"]))
    if whole.three is not None and whole.three.fits:
        best = whole.three.fits[0]
        text = f"model {best.model}: {best.total:,.1f}, AIC {best.aic:.2f}, of {len(whole.three.fits)} that fit"
        rows.append(Made("Third list", text, ASSUMES["third"]))
    return rows


def words_of(whole: Group) -> Words:
    return REFUSALS[whole.refused]


def _unknown(name: str) -> Metric:
    return Metric(name=name, text=numbers.NONE, note="needs the rate")


def short(whole: Group, event: str) -> str:
    """Why there is no rate, beside a dash."""
    if whole.refused == "too_few":
        return f"{whole.seen.server} of {ENOUGH} server {noun(event)}"
    return REFUSALS[whole.refused].title.lower()


def _gain(whole: Group) -> Metric:
    found, browser = whole.rates, whole.seen.browser
    high = numbers.NONE if found.uplift_high is None else f"{100 * found.uplift_high:.1f}"
    return Metric(
        name="Gain from the server",
        text=numbers.change(whole.seen.union, browser),
        note=f"+{100 * found.uplift_low:.1f} – {high}% more than the browser’s {numbers.count(browser)}",
    )


def _money(whole: Group, event: str, site: Site) -> Metric:
    other = whole.missed_in_other_currency
    more = f", {numbers.count(other)} more in other currencies" if other else ""
    here = whole.seen.server_only - other
    share = "; in proportion, for some that your server alone reported are of people who declined" * bool(
        whole.withheld
    )
    return Metric(
        name="Revenue a pixel would not see",
        text=numbers.money_short(whole.missed_minor, site.currency),
        note=f"{numbers.count(here)} {noun(event, here)}, net of refunds{more}{share}",
    )


def _neither(whole: Group, event: str) -> Metric:
    unseen = whole.estimate.unseen
    text = numbers.NONE if unseen is None else f"about {numbers.count(unseen)}"
    note = STATUSES[whole.estimate.status].title.lower()
    interval = unseen_range(whole)
    if interval:
        note = f"{interval} {noun(event)}, from the overlap of both lists"
    return Metric(name="Seen by neither", text=text, note=note)


def range_of(interval: Interval | None) -> str:
    return numbers.NONE if interval is None else numbers.interval(interval.low, interval.high)


def rate_of(group: Group) -> str:
    return numbers.NONE if group.block_rate is None else numbers.percent(100 * group.block_rate)


def unseen_range(whole: Group) -> str:
    """How many neither saw, from the interval of all; "" where there is none."""
    interval = whole.estimate.interval_95
    return "" if interval is None else beyond(interval, whole.seen.union)


def beyond(interval: Interval, union: int) -> str:
    """An interval of all, as one of those that nobody saw."""
    high = "any number" if interval.high > 1000 * max(1, union) else numbers.count(interval.high - union)
    return f"{numbers.count(interval.low - union)} – {high}"
