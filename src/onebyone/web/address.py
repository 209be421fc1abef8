"""What the query of an address means, and the canonical address of a changed one."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from urllib.parse import urlencode

from msgspec import Struct, field

from onebyone.reports.filters import (
    FIELDS,
    MARKS,
    MOST_CONDITIONS,
    PERSONS,
    Condition,
    FilterUnreadable,
    read_condition,
    takes,
)
from onebyone.reports.segment.rule import Rule
from onebyone.web.period import DEFAULT_PRESET, MATCHES, Period, PeriodUnreadable, between, compared, preset, so_far
from onebyone.web.period_text import read_period

KEYS = (
    "period",
    "days",
    "from",
    "to",
    "compare",
    "match",
    "metric",
    "step",
    "traffic",
    "segment",
)  # in their canonical order
OF_SOME = (
    "steps",
    "within",
    "without",
    "first",
    "again",
    "unit",
    "entry",
    "k",
    "since",
    "shown",
    "prop",
    "only",
    "goal",
    "wait",
    "control",
    "split",
    "planned",
    "spend",
    "by",
    "cols",
    "is",
    "window",
    "show",
    "reset",
    "reduce",
    "model",
    "against",
    "lifted",
    "added",
    "low",
    "high",
    "q",
    "event",
    "reason",
    "dated",
    "via",
    "matched",
    "flag",
    "value>",
    "value<",
    "table",
    "sort",
    "lines",
    "after",
)  # keys that only the page understands which names them
DEFAULTS = {
    "period": DEFAULT_PRESET,
    "compare": "previous",
    "match": "weekday",
    "metric": "net-revenue",
    "traffic": "people",
    "step": "day",
}
ASKED_TO_COMPARE = DEFAULTS | {"compare": "none"}  # of pages that a second period would make twice as slow
METRICS = ("net-revenue", "orders", "average-order", "visitors", "conversion-rate", "missed-by-browsers")
STEPS = ("hour", "day", "week", "month")
TRAFFIC = ("people", "machines", "unclear", "all")
_LATER_TEXT = (
    "channel source medium campaign term content referrer landing page host event device browser os country region "
    "language consent via order value currency flag matched destination delivery visitor person audience "
)
_ELSEWHERE: Mapping[str, str] = {  # of fields that are known and narrow nothing
    "audience": "Who is in an audience is chosen by segment=. ",
}
TAKEN = "Overview, Conversions, Acquisition, Attribution, Funnels, Retention, Explore and People take it. "
LATER = tuple(_LATER_TEXT.split())  # fields that other pages filter by; this console does not narrow by them


class NotUnderstood(Exception):
    """The address holds something that would make its numbers wrong. Texts with the links that help."""

    def __init__(
        self,
        before: str,
        link_text: str = "",
        link: str = "",
        after: str = "",
        *,
        title: str = "No numbers for this address",
    ) -> None:
        super().__init__(before + link_text + after)
        self.before, self.link_text, self.link, self.after = before, link_text, link, after
        self.title = title


class Narrows(Struct, frozen=True):
    """The fields that a page can be narrowed by, and in a sentence why by no others."""

    fields: Collection[str] = ()
    why: str = ""


EVERY_FIELD = Narrows(FIELDS)
NO_FIELD = Narrows()


class Segment(Struct, frozen=True):
    """Conditions that a site keeps under a name, or a rule over what people did."""

    slug: str
    name: str
    filters: tuple[Condition, ...] = ()
    rule: Rule | None = None


class View(Struct, frozen=True):
    """One reading of an address. `given` holds what it said, without defaults; `filters` are its own."""

    path: str
    given: dict[str, str]
    period: Period
    before: Period | None  # whole, as a chart draws it
    filters: tuple[Condition, ...] = ()
    narrows: Narrows = NO_FIELD
    segment: Segment | None = None
    before_so_far: Period | None = None  # what sums are compared with: to the same time, while the period runs
    usual: Mapping[str, str] = field(default_factory=lambda: DEFAULTS)  # of this page: its addresses do not say them

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What narrows the reports: the address's own filters and those of its segment."""
        return tuple(sorted({*self.filters, *(self.segment.filters if self.segment else ())}))

    @property
    def rule(self) -> Rule | None:
        """What the people of its segment did."""
        return self.segment.rule if self.segment else None

    def get(self, key: str) -> str:
        return self.given.get(key) or self.usual.get(key, "")

    def link(self, path: str = "", **changes: str) -> str:
        """The address with changes; "" takes a key out. Choosing a preset takes two dates out, and the reverse."""
        values = dict(self.given)
        if "period" in changes:
            values.pop("from", None)
            values.pop("to", None)
        if "from" in changes:
            values.pop("period", None)
        values.update(changes)
        return address(path or self.path, values, self.filters, self.usual)

    def file(self, path: str, **changes: str) -> str:
        """Of rows beside those before: what they are compared with is said, even where it is the usual."""
        link = self.link(path, **changes)
        if self.before is None or self.get("compare") != self.usual["compare"]:
            return link
        return f"{link}{'&' if '?' in link else '?'}compare={DEFAULTS['compare']}"

    def narrowed(self, *more: Condition, path: str = "") -> str:
        """The address with these conditions too, from the beginning of its list."""
        values = {key: value for key, value in self.given.items() if key != "after"}
        return address(path or self.path, values, (*self.filters, *more), self.usual)

    def whole(self, path: str = "") -> str:
        """The address without any filter."""
        values = {key: value for key, value in self.given.items() if key not in ("after", "segment")}
        return address(path or self.path, values, usual=self.usual)

    def widened(self, *less: Condition) -> str:
        """The address without these conditions."""
        values = {key: value for key, value in self.given.items() if key != "after"}
        return address(self.path, values, [one for one in self.filters if one not in less], self.usual)


def address(
    path: str, values: dict[str, str], filters: Sequence[Condition] = (), usual: Mapping[str, str] = DEFAULTS
) -> str:
    """Known keys in their order, defaults left out, then the filters in theirs."""
    kept = [(key, values[key]) for key in KEYS + OF_SOME if values.get(key) and values[key] != usual.get(key)]
    kept += [(one.key, one.text) for one in sorted(set(filters))]
    query = urlencode(kept, safe="/.,:~!")
    return f"{path}?{query}" if query else path


def read_view(
    path: str,
    query: Sequence[tuple[str, str]],
    *,
    today: date,
    since: date,
    now: datetime | None = None,
    more: Collection[str] = (),
    narrows: Narrows = NO_FIELD,
    segments: Mapping[str, Segment] = {},
    usual: Mapping[str, str] = DEFAULTS,
) -> View:
    """`more` are the keys of OF_SOME that this page understands; `segments` those of the site by their slugs; `now` is
    the site's own time, where what a running period is compared with is to end with it.

    Raises NotUnderstood for an unknown key or an unreadable value: no numbers are better than wrong ones.
    """
    given: dict[str, str] = {}
    filters: set[Condition] = set()
    for key, value in query:
        if key not in more and takes(narrows.fields, key.rstrip(MARKS)):
            filters |= _condition(path, key, value, query)
            continue
        if key not in KEYS and key not in more:
            raise _unknown(path, key, query, narrows)
        if value:
            given[key] = value
    for key, allowed in (("metric", METRICS), ("step", STEPS), ("traffic", TRAFFIC), ("match", MATCHES)):
        if given.get(key, allowed[0]) not in allowed:
            raise _no_value(path, key, given, allowed)
    try:
        if text := given.pop("days", ""):
            period = read_period(text, today)
            given.pop("period", None)
            given |= {"from": period.first.isoformat(), "to": period.last.isoformat()}
        elif "from" in given or "to" in given:
            period = between(given.get("from", ""), given.get("to", ""))
            given.pop("period", None)
        else:
            period = preset(given.get("period", DEFAULT_PRESET), today=today, since=since)
        before = compared(period, given.get("compare", usual["compare"]), given.get("match", "weekday"))
    except PeriodUnreadable as error:
        raise NotUnderstood(f"{error} ", "Show the last 30 days", path, ".") from None
    segment = _segment(path, given, segments, narrows)
    sums = so_far(before, period, now) if before and now else before
    view = View(path, given, period, before, tuple(sorted(filters)), narrows, segment, sums, usual)
    if len(view.conditions) > MOST_CONDITIONS:
        raise NotUnderstood(f"At most {MOST_CONDITIONS} filters at once. ", "Show the page without them", path, ".")
    return view


def _segment(path: str, given: dict[str, str], segments: Mapping[str, Segment], narrows: Narrows) -> Segment | None:
    """The one that the address names. Raises NotUnderstood where its numbers would be those of everybody."""
    slug = given.get("segment", "")
    if not slug:
        return None
    without = address(path, given | {"segment": ""})
    found = segments.get(slug)
    if found is None:
        near = difflib.get_close_matches(slug, segments, n=1, cutoff=0.6)
        if near:
            link = address(path, given | {"segment": near[0]})
            raise NotUnderstood(f"`{slug}` is no segment of this site. Did you mean ", f"`{near[0]}`", link, "?")
        raise NotUnderstood(f"`{slug}` is no segment of this site. ", "Show the page without it", without, ".")
    wrong = [one.field for one in found.filters if not takes(narrows.fields, one.field)]
    if found.rule is not None and not set(PERSONS) <= set(narrows.fields):
        wrong.append("what people did")
    if wrong:
        raise NotUnderstood(
            f"The segment “{found.name}” narrows by {', '.join(dict.fromkeys(wrong))}, which does not narrow this "
            f"page, so its numbers would be wrong. {_because(narrows)}",
            "Show the page without it", without, ".",
        )  # fmt: skip
    return found


def _because(narrows: Narrows) -> str:
    return f"{narrows.why} " if narrows.why else ""


def _condition(path: str, key: str, value: str, query: Sequence[tuple[str, str]]) -> set[Condition]:
    """None for a form's field that was left empty."""
    if not value:
        return set()
    try:
        return {read_condition(key, value)}
    except FilterUnreadable as error:
        rest = [(k, v) for k, v in query if (k, v) != (key, value)]
        link = f"{path}?{urlencode(rest)}" if rest else path
        raise NotUnderstood(f"{error} ", "Show the page without it", link, ".") from None


def _unknown(path: str, key: str, query: Sequence[tuple[str, str]], narrows: Narrows) -> NotUnderstood:
    field = key.rstrip(MARKS)
    rest = {k: v for k, v in query if k in KEYS}
    if field in (*LATER, *FIELDS) or field.startswith("prop."):
        why = f"{_because(narrows)}{TAKEN}" if takes(FIELDS, field) else _ELSEWHERE.get(field, "")
        return NotUnderstood(
            f"`{field}` does not narrow this page, so its numbers would be wrong. {why}",
            f"Show it without {field}",
            address(path, rest),
            ".",
        )
    near = difflib.get_close_matches(field, dict.fromkeys(KEYS + LATER + FIELDS), n=1, cutoff=0.6)
    if not near:
        return NotUnderstood(f"`{key}` is no filter. ", "Show the page without it", address(path, rest), ".")
    value = next(v for k, v in query if k == key)
    link = address(path, rest | {near[0]: value}) if near[0] in KEYS else f"{path}?{urlencode({near[0]: value})}"
    return NotUnderstood(f"`{key}` is no filter. Did you mean ", f"`{near[0]}`", link, "?")


def _no_value(path: str, key: str, given: dict[str, str], allowed: Sequence[str]) -> NotUnderstood:
    near = difflib.get_close_matches(given[key], allowed, n=1, cutoff=0.4) or [allowed[0]]
    link = address(path, given | {key: near[0]})
    return NotUnderstood(f"`{given[key]}` is no {key}. Did you mean ", f"`{near[0]}`", link, "?")
