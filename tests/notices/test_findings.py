"""What an alarm finds: bad beyond chance, good, in between, or not to be said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from onebyone.notices.findings import Finding, Known, find
from onebyone.notices.turning import turn
from onebyone.reports.missed import NOTHING
from onebyone.state.alarms import Alarm, Kind, Standing, What
from onebyone.state.destinations import Configured
from onebyone.state.sites import LossRules, Site

NOW = datetime(2026, 11, 12, 14, 0, tzinfo=UTC)
SITE = Site(id="s1", name="Nordlight", prefix="bcdfg", origins=())
NOW_MS = int(NOW.timestamp() * 1000)


def an_alarm(kind: Kind, **given: Any) -> Alarm:
    return Alarm(site="s1", id="a1", name="An alarm", kind=kind, to=("ops@shop.example",), **given)


def seen(both: int, server_only: int) -> dict[str, Any]:
    """Each order another person's."""
    squares = {"missed_squares": server_only, "missed_products": server_only, "server_squares": both + server_only}
    return {**NOTHING, "both": both, "server_only": server_only, "server_people": both + server_only, **squares}


class Asked:
    """Answers by report; a function gets the parameters."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers

    def __call__(self, report: str, /, **params: Any) -> list[dict[str, Any]]:
        assert params["site"] == "s1"
        answer = self._answers[report]
        rows: list[dict[str, Any]] = answer(params) if callable(answer) else answer
        return rows


def found(alarm: Alarm, ask: Asked, *, site: Site = SITE, **known: Any) -> Finding:
    return find(alarm, Known(site, NOW, ask, **known))


@pytest.mark.parametrize(
    ("both", "server_only", "level"),
    [
        (700, 300, "good"), (600, 400, "bad"), (64, 36, "between"), (700, 301, "between"), (0, 1000, "quiet"),
        (10, 19, "quiet"), (0, 0, "quiet"),
    ],
)  # fmt: skip
def test_a_block_rate_is_bad_where_its_whole_interval_is_above_the_limit(
    both: int, server_only: int, level: str
) -> None:
    alarm = an_alarm(Kind.BLOCK_RATE, limit=30)
    assert found(alarm, Asked(loss=[seen(both, server_only)])).level == level


def test_a_server_that_reports_only_what_was_missed_raises_nothing() -> None:
    fallback = Site(id="s1", name="N", prefix="bcdfg", origins=(), loss=LossRules(server_mode="fallback"))
    finding = found(an_alarm(Kind.BLOCK_RATE, limit=30), Asked(loss=[seen(100, 900)]), site=fallback)
    assert (finding.level, "nothing can be estimated" in finding.says) == ("quiet", True)


def weeks(now: int, *before: int) -> Asked:
    """The count of the last hours, and of the same hours 1, 2, 3, 4 weeks ago."""

    def count(params: Any) -> list[dict[str, Any]]:
        assert params["to"] - params["from"] == timedelta(hours=6)
        return [{"seen": (now, *before)[round((NOW - params["to"]) / timedelta(weeks=1))]}]

    return Asked(event_count=count)


@pytest.mark.parametrize(
    ("now", "before", "level"),
    [
        (0, (20, 22, 19, 21), "bad"), (1, (20, 22, 19, 21), "good"), (0, (3, 2, 4, 3), "quiet"),
        (0, (0, 0, 0, 0), "quiet"), (0, (40, 40, 0, 40), "quiet"),
    ],
)  # fmt: skip
def test_an_event_stops_only_where_its_silence_is_no_chance(now: int, before: tuple[int, ...], level: str) -> None:
    assert found(an_alarm(Kind.EVENT_STOPS, hours=6), weeks(now, *before)).level == level


META = Configured(site="s1", name="meta")
META_FAILS = an_alarm(Kind.DESTINATION_FAILS, destination="meta", limit=10, hours=24)


def answers(**states: int) -> list[dict[str, Any]]:
    rows = [{"destination": "meta", "state": state, "deliveries": count} for state, count in states.items()]
    return [*rows, {"destination": "ga4", "state": "refused", "deliveries": 1_000}]


@pytest.mark.parametrize(
    ("states", "level"),
    [
        ({"accepted": 90, "refused": 10}, "good"), ({"accepted": 89, "refused": 9, "gave_up": 2}, "bad"),
        ({"accepted": 0, "refused": 19}, "quiet"), ({"accepted": 30, "not_allowed": 90}, "good"), ({}, "quiet"),
    ],
)  # fmt: skip
def test_a_destination_fails_by_what_it_answered_and_not_by_what_was_not_allowed(
    states: dict[str, int], level: str
) -> None:
    assert found(META_FAILS, Asked(deliveries=answers(**states)), destinations=[META]).level == level


def test_a_destination_that_is_stopped_or_was_tried_in_vain_for_too_long_fails() -> None:
    stopped = Configured(site="s1", name="meta", stopped="190")
    assert found(META_FAILS, Asked(), destinations=[stopped]).level == "bad"
    for hours, level in ((25, "bad"), (23, "good")):
        since = partial(lambda hours, _: NOW_MS - hours * 3_600_000, hours)
        ask = Asked(deliveries=answers(accepted=50))
        assert found(META_FAILS, ask, destinations=[META], retries_since_ms=since).level == level


def test_a_destination_that_is_paused_or_gone_fails_nobody() -> None:
    paused = Configured(site="s1", name="meta", enabled=False, stopped="190")
    assert found(META_FAILS, Asked(), destinations=[paused]).level == "quiet"
    assert found(META_FAILS, Asked()).level == "quiet"


def matches(now: tuple[int, int], before: tuple[int, int]) -> Asked:
    """(accepted, of these with an e-mail) now and in the four weeks before; click ids stay as they are."""

    def of(params: Any) -> tuple[int, int]:
        return now if params["to"] == NOW else before

    def keys(params: Any) -> list[dict[str, Any]]:
        accepted, mails = of(params)
        told = {"em": mails, "fbc": accepted // 2}
        return [{"destination": "meta", "key": key, "deliveries": count} for key, count in told.items() if count]

    return Asked(deliveries=lambda params: answers(accepted=of(params)[0]), delivery_keys=keys)


@pytest.mark.parametrize(
    ("now", "before", "level"),
    [
        ((200, 100), (900, 700), "bad"), ((200, 150), (900, 700), "good"), ((200, 0), (900, 700), "bad"),
        ((40, 26), (90, 70), "between"), ((29, 0), (900, 700), "quiet"), ((200, 10), (900, 20), "good"),
    ],
)  # fmt: skip
def test_matches_drop_where_an_identifier_is_missed_beyond_chance(
    now: tuple[int, int], before: tuple[int, int], level: str
) -> None:
    alarm = an_alarm(Kind.MATCH_RATE, destination="meta", limit=10)
    finding = found(alarm, matches(now, before))
    assert finding.level == level
    assert ("`em`" in finding.says) == (level in ("bad", "between") or now == (200, 150))


def test_an_alarm_is_raised_once_and_cleared_once_and_doubt_changes_nothing() -> None:
    alarm, standing, told = an_alarm(Kind.BLOCK_RATE, limit=30), Standing(), []
    levels = ["quiet", "good", "between", "bad", "bad", "between", "quiet", "bad", "good", "good", "bad"]
    for n, level in enumerate(levels):
        standing, line = turn(alarm, standing, Finding(level, level), now_ms=n)  # type: ignore[arg-type]
        told += [(n, line.what)] if line else []
        assert standing.checked_ms == n
    assert told == [(3, What.RAISED), (8, What.CLEARED), (10, What.RAISED)]
    assert standing.raised and standing.since_ms == 10 and standing.waits == ("mail",)
