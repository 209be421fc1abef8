"""Addresses: what they mean, their canonical form, and what is told about the rest."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pkgutil import iter_modules

import pytest

from onebyone import web
from onebyone.reports.filters import read_condition
from onebyone.web import pages
from onebyone.web.address import EVERY_FIELD, KEYS, OF_SOME, TAKEN, Narrows, NotUnderstood, Segment, View, read_view

TODAY = date(2026, 11, 12)
PATH = "/s/x/overview"


def _view(*query: tuple[str, str]) -> View:
    return read_view(PATH, query, today=TODAY, since=TODAY)


def test_without_a_query_it_is_the_last_30_days_against_the_30_before() -> None:
    view = _view()
    assert view.period.preset == "30d" and view.period.length == 30
    assert view.before is not None and view.before.last == date(2026, 10, 13)
    assert (view.get("metric"), view.get("traffic"), view.get("step")) == ("net-revenue", "people", "day")


def test_two_dates_win_over_a_preset() -> None:
    view = _view(("period", "7d"), ("from", "2026-11-01"), ("to", "2026-11-02"))
    assert view.period.length == 2 and view.period.preset == ""


def test_links_keep_the_rest_in_canonical_order_and_leave_defaults_out() -> None:
    view = _view(("traffic", "all"), ("metric", "orders"), ("period", "7d"))
    assert view.link() == f"{PATH}?period=7d&metric=orders&traffic=all"
    assert view.link(metric="net-revenue") == f"{PATH}?period=7d&traffic=all"
    assert view.link(period="30d") == f"{PATH}?metric=orders&traffic=all"
    moved = view.link(**{"from": "2026-10-30", "to": "2026-11-05"})
    assert moved == f"{PATH}?from=2026-10-30&to=2026-11-05&metric=orders&traffic=all"
    assert view.link("/x.csv").startswith("/x.csv?period=7d")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("chanel", "Email", "`chanel` is no filter. Did you mean `channel`?"),
        ("perod", "7d", "`perod` is no filter. Did you mean `period`?"),
        ("zzzz", "1", "`zzzz` is no filter. Show the page without it."),
        (
            "channel",
            "Email",
            f"`channel` does not narrow this page, so its numbers would be wrong. {TAKEN}Show it without channel.",
        ),
        (
            "channel!",
            "Direct",
            f"`channel` does not narrow this page, so its numbers would be wrong. {TAKEN}Show it without channel.",
        ),
        ("traffic", "peple", "`peple` is no traffic. Did you mean `people`?"),
        ("match", "weekdays", "`weekdays` is no match. Did you mean `weekday`?"),
        ("segment", "x", "`x` is no segment of this site. Show the page without it."),
        ("step", "year", "`year` is no step. Did you mean `hour`?"),
    ],
)
def test_what_is_not_understood_is_told_with_the_way_out(key: str, value: str, said: str) -> None:
    with pytest.raises(NotUnderstood) as told:
        _view(("metric", "orders"), (key, value))
    assert str(told.value) == said
    assert told.value.link.startswith(PATH)


def test_an_unreadable_period_is_told() -> None:
    with pytest.raises(NotUnderstood, match="is no period"):
        _view(("period", "fortnight"))
    with pytest.raises(NotUnderstood, match="is no date"):
        _view(("from", "14.10."))


def test_a_segment_narrows_like_the_filters_beside_it_and_a_link_keeps_them_apart() -> None:
    mail, phones = read_condition("channel", "Email"), read_condition("device", "phone")
    query = (("segment", "m"), ("device", "phone"), ("channel", "Email"))
    view = read_view(
        PATH, query, today=TODAY, since=TODAY, narrows=EVERY_FIELD, segments={"m": Segment("m", "M", (mail,))}
    )
    assert view.conditions == (mail, phones)
    assert view.link(segment="") == f"{PATH}?channel=Email&device=phone"
    assert view.widened(phones) == f"{PATH}?segment=m&channel=Email"
    assert view.whole() == PATH


def test_a_segment_that_a_page_cannot_take_whole_is_refused_whole() -> None:
    found = Segment("m", "M", (read_condition("channel", "Email"), read_condition("device", "phone")))
    with pytest.raises(NotUnderstood, match=r"narrows by channel, which does not narrow this page.* Because\."):
        read_view(
            PATH, [("segment", "m")], today=TODAY, since=TODAY, narrows=Narrows(("device",), "Because."),
            segments={"m": found},
        )  # fmt: skip


def test_filters_and_a_segment_together_are_no_more_than_a_report_takes() -> None:
    found = Segment("m", "M", tuple(read_condition("page", f"/{n}") for n in range(9)))
    query = [("segment", "m"), ("page", "/x"), ("page", "/y")]
    with pytest.raises(NotUnderstood, match="At most 10 filters"):
        read_view(PATH, query, today=TODAY, since=TODAY, narrows=EVERY_FIELD, segments={"m": found})


def test_every_key_that_a_page_understands_stays_in_its_links() -> None:
    """One that is in no order is left out of an address: its page would offer links that do nothing."""
    modules = [
        vars(import_module(f"{of.__name__}.{one.name}")) for of in (web, pages) for one in iter_modules(of.__path__)
    ]
    named = [module.get(name) for module in modules for name in ("KEYS", "_KEYS")]
    keys = {key for one in named if isinstance(one, tuple) for key in one}
    assert {"reduce", "lifted", "spend", "cols"} <= keys <= {*KEYS, *OF_SOME}
