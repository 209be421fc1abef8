"""Every report on its golden cases, on a real engine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from itertools import chain

import msgspec
import pytest

from onebyone.event import Ended, Event
from onebyone.reports.catalogue import DIRECTORY, Reports, filtered, read_report
from onebyone.state.graph import Row as Whose
from onebyone.store.engine import Embedded
from onebyone.store.sessions import Sessions
from reports.golden import Case, cases, every_case, names, write
from store.engine_fixture import holding
from store.rows import put, put_facts

PROVE, WRITE = "PROVE" in os.environ, os.environ.get("GOLDEN") == "write"
CASES = sorted(every_case(), key=lambda named: named[1].story)  # those of one story together, which is told once
_IDS = [f"{n}: {c.title}" for n, c in CASES]
_OF_SESSIONS = [(name, case) for name, case in CASES if "sessions" in read_report(DIRECTORY / f"{name}.sql").sql]
_BY_ID = (
    "credited_orders",
    "order_channels",
    "order_touches",
    "reconciliation_orders",
    "shared_orders",
)  # an id of a record is made of its site's
WITH_FACTS = [(name, case) for name, case in _OF_SESSIONS if case.deliveries or name in _BY_ID]
MADE_OF_SESSIONS = [one for one in _OF_SESSIONS if one not in WITH_FACTS]


def _sql(name: str, case: Case) -> str:
    return filtered(read_report(DIRECTORY / f"{name}.sql"), case.typed_params())[0].sql


_OF_NOBODY = CASES if PROVE else list({_sql(name, case): (name, case) for name, case in CASES}.values())


def store_days(store: Embedded, outcomes: Sequence[Event | Ended]) -> Sessions:
    """All days of these rows, with their sessions stored; with PROVE those beside, too, which have none."""
    sessions = Sessions(store)
    beside = (-1, 0, 1) if PROVE else (0,)
    for day in sorted({outcome.day + timedelta(days=n) for outcome in outcomes for n in beside}):
        sessions.store_day(day)
    return sessions


def test_every_report_has_a_golden_case_and_every_case_a_report(store: Embedded) -> None:
    assert names() == Reports(store).names()
    assert all(cases(name) for name in names())


def tell(store: Embedded, case: Case) -> None:
    put(store, [*case.outcomes(), *case.whose(), *case.changed_records()])
    put_facts(store, case.facts())


def tell_twice_with_another(store: Embedded, case: Case) -> None:
    """Everything is inserted twice, and everything of another site that has the same ids."""
    others = case.outcomes(site="other", value=77, host="other.example")
    for token in ("first", "again"):
        put(store, [*case.outcomes(), *case.whose(), *case.changed_records()], token=token)
        put(store, [*others, *case.whose("other"), *case.changed_records("other")], token=f"other {token}")
        put_facts(store, case.facts(), token=token)
        put_facts(store, case.facts(site="other"), token=f"other {token}")


def tell_and_store(store: Embedded, case: Case) -> None:
    """With the sessions of all its days."""
    put(store, [*case.outcomes(), *case.whose()])
    put_facts(store, case.facts())
    store_days(store, case.outcomes())


@pytest.mark.parametrize(("name", "case"), CASES, ids=_IDS)
def test_a_report_answers_its_golden_case(name: str, case: Case) -> None:
    """Though all is inserted twice, and another site has the same ids; with PROVE where neither is so, too.

    A site of nobody has no numbers: asked once for each SQL that the cases make, with PROVE in every case.
    """
    if PROVE or WRITE:
        found = Reports(holding(f"golden {case.story}", lambda store: tell(store, case))).run(
            name, **case.typed_params()
        )
        if WRITE:
            write(name, case.title, found.columns, found.rows)
            return
        assert (found.columns, found.rows) == (case.columns, case.rows)
    reports = Reports(holding(f"golden twice {case.story}", lambda store: tell_twice_with_another(store, case)))
    found = reports.run(name, **case.typed_params())
    assert (found.columns, found.rows) == (case.columns, case.rows)
    if (name, case) in _OF_NOBODY:
        empty = reports.run(name, **case.typed_params(site="nobody")).rows
        assert all(cell in (0, None, "kept", "EUR") for row in empty for cell in row)


def sites_apart() -> list[list[Event | Ended]]:
    """The rows of each case that asks for sessions, each case on sites of its own: one store serves them all."""
    return [
        [msgspec.structs.replace(outcome, site=f"{outcome.site}.{n}") for outcome in case.outcomes()]
        for n, (_, case) in enumerate(MADE_OF_SESSIONS)
    ]


def whose_apart() -> list[Whose]:
    """Whose the browsers of these sites are."""
    return [row for n, (_, case) in enumerate(MADE_OF_SESSIONS) for row in case.whose(f"{case.params['site']}.{n}")]


def wrong_answers(store: Embedded) -> dict[str, list[list[object]]]:
    """What reports say of these sites where it is not what their cases say."""
    found = {}
    for n, (name, case) in enumerate(MADE_OF_SESSIONS):
        params = case.typed_params()
        rows = Reports(store).run(name, **params | {"site": f"{params['site']}.{n}"}).rows
        if rows != case.rows:
            found[f"{name}: {case.title}"] = rows
    return found


def test_every_report_answers_the_same_from_stored_sessions(store: Embedded) -> None:
    outcomes = list(chain(*sites_apart()))
    put(store, [*outcomes, *whose_apart()])
    store_days(store, outcomes)
    assert wrong_answers(store) == {}
    assert store.query("SELECT count() FROM sessions").rows != [[0]]


@pytest.mark.parametrize(("name", "case"), WITH_FACTS, ids=[f"{n}: {c.title}" for n, c in WITH_FACTS])
def test_so_does_one_that_knows_what_became_of_a_record(name: str, case: Case) -> None:
    store = holding(f"golden stored {case.story}", lambda store: tell_and_store(store, case))
    assert Reports(store).run(name, **case.typed_params()).rows == case.rows


def test_what_came_a_second_ago_is_right_among_stored_sessions(store: Embedded) -> None:
    """Half the rows come after their days were stored, and a duplicate of each of the other half."""
    apart = sites_apart()
    outcomes = list(chain(*apart))
    put(store, [*chain(*(some[::2] for some in apart)), *whose_apart()])
    sessions = store_days(store, outcomes)
    sessions.touch([msgspec.json.encode(outcome) for outcome in outcomes if isinstance(outcome, Event)])
    put(store, outcomes, token="late")
    assert wrong_answers(store) == {}


def test_the_days_of_the_overview_add_up_to_the_totals(store: Embedded) -> None:
    (day, *_) = cases("overview")
    put(store, day.outcomes())
    reports, params = Reports(store), day.typed_params()
    for currency in ("EUR", "USD"):
        total = next(row for row in reports.run_dicts("totals", **params) if row["currency"] == currency)
        days = [row for row in reports.run_dicts("overview", **params) if row["currency"] == currency]
        for column in ("views", "sessions", "orders", "revenue_minor"):
            assert sum(row[column] for row in days) == total[column]


@pytest.mark.parametrize("name", ["channels", "sources"])
def test_every_order_is_credited_once(store: Embedded, name: str) -> None:
    (case, *_) = cases("overview")
    put(store, case.outcomes())
    reports, params = Reports(store), case.typed_params(limit=100)
    (total, *others) = reports.run_dicts("totals", **params)
    rows = reports.run_dicts(name, **params)
    for column in ("sessions", "revenue_minor"):
        assert sum(row[column] for row in rows) == total[column]
    assert sum(row["orders"] for row in rows) == sum(row["orders"] for row in (total, *others)) > total["orders"]
