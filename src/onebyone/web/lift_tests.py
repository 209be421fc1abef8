"""Lift tests that a site keeps: what may be one, and the lines in which Attribution lists them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from onebyone.event import utc
from onebyone.state.lift_tests import LiftTest
from onebyone.state.sites import Site
from onebyone.web import numbers
from onebyone.web.address import address
from onebyone.web.attribution_question import BY, usual_event
from onebyone.web.counted import words_of
from onebyone.web.desk import Desk
from onebyone.web.lift_table import MOST_ADDED

LONGEST_NAME, LONGEST_LABEL = 80, 500
MOST = 200  # of a site
UNDO_MS = 3_600_000  # how long one that was removed can be put back


class Wrong(ValueError):
    """What was written is no lift test; the message says why."""


class Line(Struct, frozen=True, kw_only=True):
    """`gone`: it was removed just now, and can be put back."""

    id: str
    name: str
    about: str
    days: str
    added: str
    interval: str
    by: str
    href: str  # beside the models, of its own days
    gone: bool


def keep(desk: Desk, site: Site, by: str, test: LiftTest) -> LiftTest:
    """Also into the trail. Raises Wrong."""
    name, label = " ".join(test.name.split()), " ".join(test.label.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Wrong(f"Give the test a name of {LONGEST_NAME} letters at most.")
    if test.by not in BY or not label or len(label) > LONGEST_LABEL or not label.isprintable():
        raise Wrong(f"Say which {' or '.join(BY)} it was about.")
    if test.event not in site.conversions:
        raise Wrong(f"“{test.event}” is not declared to count on this site.")
    if test.first_day > test.last_day:
        raise Wrong("It cannot end before it began.")
    if not -MOST_ADDED <= test.low <= test.added <= test.high <= MOST_ADDED:
        raise Wrong("Say three numbers: what it added, at least and at most.")
    now_ms = _now(desk)
    desk.lift_tests.forget(site.id, removed_before_ms=now_ms - UNDO_MS)
    if len(desk.lift_tests.all(site.id)) >= MOST:
        raise Wrong(f"{MOST} lift tests are the most a site keeps. Remove one first.")
    kept = desk.lift_tests.add(site.id, test, by=by, now_ms=now_ms)
    desk.users.note(by, site.id, "lift_test_kept", f"{name}: {label}")
    return kept


def read_number(text: str) -> float:
    """Raises Wrong."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Wrong("Say three numbers: what it added, at least and at most.")
    return found


def read_day(text: str) -> date:
    """Raises Wrong."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Wrong("Say the days of the test.") from None


def set_removed(desk: Desk, site: Site, by: str, test: LiftTest, *, removed: bool) -> None:
    """Or put back. Also into the trail."""
    desk.lift_tests.set_removed(test, _now(desk) if removed else 0)
    desk.users.note(by, site.id, "lift_test_removed" if removed else "lift_test_put_back", test.name)


def lines(desk: Desk, site: Site, *, may_edit: bool) -> list[Line]:
    """To who may put them back, also those removed within the last hour."""
    today, now_ms = desk.today(site.zone), _now(desk)
    return [
        _line(one, site, today)
        for one in desk.lift_tests.all(site.id)
        if not one.removed_ms or (may_edit and one.removed_ms > now_ms - UNDO_MS)
    ]


def standing(tests: Sequence[LiftTest]) -> list[LiftTest]:
    return [one for one in tests if not one.removed_ms]


def held(test: LiftTest, site: Site) -> str:
    """The address at which it stands beside the models."""
    values = {
        "from": test.first_day.isoformat(), "to": test.last_day.isoformat(), "lifted": test.label,
        "event": "" if test.event == usual_event(site) else test.event, "by": "" if test.by == "channel" else test.by,
        **{key: f"{getattr(test, key):g}" for key in ("added", "low", "high")},
    }  # fmt: skip
    return address(f"/s/{site.id}/attribution", values) + "#lift"


def _line(one: LiftTest, site: Site, today: date) -> Line:
    return Line(
        id=one.id,
        name=one.name,
        about=f"{one.label} ({BY[one.by].lower()})",
        days=numbers.days(one.first_day, one.last_day, today),
        added=f"{numbers.count(one.added)} {words_of(one.event).many}",
        interval=f"{numbers.count(one.low)} to {numbers.count(one.high)}",
        by=f"{one.made_by}, {numbers.when(utc(one.made_ms), site.zone, today)}",
        href=held(one, site),
        gone=bool(one.removed_ms),
    )


def _now(desk: Desk) -> int:
    return int(desk.clock().timestamp() * 1000)
