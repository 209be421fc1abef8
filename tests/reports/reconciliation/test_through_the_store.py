"""Planted causes, through a real store, every platform's export and the commands, come out with their planted sizes."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from onebyone.app.cli import group
from onebyone.app.settings import open_place
from onebyone.app.state import open_state
from onebyone.reports.attribution.rules import last_non_direct
from onebyone.reports.catalogue import Reports
from onebyone.reports.reconciliation.claims import Import
from onebyone.reports.reconciliation.compare import Asked, Kept, Reconciliation
from onebyone.reports.reconciliation.gather import reconcile
from onebyone.reports.reconciliation.platforms import read_platforms
from onebyone.reports.reconciliation.read import Told, read_export
from onebyone.store import Param
from onebyone.store.engine import Embedded
from reports.reconciliation.daily import NAMES, export
from reports.reconciliation.planted import BLOCKED, GOOGLE, KINDS, PRICE, SITE_ZONE, Kind
from reports.reconciliation.world import (
    CAUSES,
    REFUND,
    Person,
    Sizes,
    credited,
    exported,
    load,
    people,
    planted_steps,
)  # fmt: skip
from reports.test_remote import while_served

TIMES = 30 if os.environ.get("PROVE") else 1  # 1: some 800 orders
PLATFORMS = read_platforms()
OCTOBER: dict[str, Param] = {
    "from": datetime(2026, 9, 30, 22, tzinfo=UTC),
    "to": datetime(2026, 10, 31, 23, tzinfo=UTC),
}  # in Berlin


def told_zone(kind: Kind) -> str:
    """LinkedIn's dates are in UTC whatever the account says."""
    return "" if kind.name == "linkedin" else kind.zone


def compared(store: Embedded, some: list[Person]) -> Reconciliation:
    kept = []
    for kind in KINDS:
        told = Told(zone=told_zone(kind))
        found = read_export(export(kind, exported(kind, some)), PLATFORMS, zone=SITE_ZONE, currency="EUR", told=told)
        assert isinstance(found, Import) and found.platform == kind.name
        kept += [Kept(1, claim) for claim in found.claims]
    asked = Asked(site_zone=SITE_ZONE, rule=last_non_direct, today=date(2027, 3, 1))
    return reconcile(Reports(store), "s1", kept, PLATFORMS, asked)


def steps_of(ladder: Any) -> dict[str, float]:
    return {step.name: step.orders for step in (*ladder.steps, ladder.residual)}


@pytest.mark.slow
def test_every_cause_is_named_with_its_size_and_so_are_blocked_shares_and_credits(store: Embedded) -> None:
    some = people(Random(26), Sizes(TIMES, 20 * TIMES))
    load(store, "s1", some)
    found = compared(store, some)
    credits = credited(some)
    assert {one.platform for one in found.platforms} == {kind.name for kind in KINDS}
    for kind, one in ((kind, one) for kind in KINDS for one in found.platforms if one.platform == kind.name):
        assert steps_of(one.ladder) == planted_steps(kind, some)
        mine = {campaign: orders for (source, campaign), orders in credits.items() if source == kind.source}
        assert one.ladder.ours.orders == sum(mine.values())
        assert one.ladder.theirs.orders == sum(line.orders for line in exported(kind, some))
        assert one.not_in_file == []
        for ours, (theirs, _) in NAMES.items():
            (campaign,) = (part for part in one.campaigns if part.match.theirs == theirs)
            assert campaign.match.ours == (ours,) and campaign.ladder.ours.orders == mine[ours]
            assert steps_of(campaign.ladder) == planted_steps(kind, some, ours)
        check_money(kind, some, one.ladder)
    lost = CAUSES["lost_to_next"] * TIMES
    shared = {(one.one, one.other): one.orders for one in found.overlap}
    for kind, following in zip(KINDS, (*KINDS[1:], KINDS[0]), strict=True):
        assert shared[kind.name, following.name] == shared[following.name, kind.name] == lost
    claimed = sum(one.ladder.theirs.orders for one in found.platforms)
    (together,) = found.over_claims
    assert (together.claimed, together.ratio) == (claimed, claimed / found.orders)
    check_losses_and_credits(store, some)


def check_money(kind: Kind, some: list[Person], ladder: Any) -> None:
    """Each order costs the same, so each step moves so many prices. Nobody tells which money came after a view."""
    causes = Counter(one.cause for one in some if one.kind is kind)
    given_back = causes["refunded"] * REFUND
    money = {step.name: step.money for step in (*ladder.steps, ladder.residual)}
    expected = {name: size * PRICE for name, size in planted_steps(kind, some).items()}
    unknown = expected.pop("view_through")
    expected["refunds"] += given_back
    expected["residual"] += unknown
    assert money == {**expected, "view_through": None if kind.views_counted else 0.0}
    assert ladder.ours.money == ladder.ours.orders * PRICE - given_back


def check_losses_and_credits(store: Embedded, some: list[Person]) -> None:
    """The share that each browser blocked, and which ad led to how many orders."""
    common: dict[str, Param] = {"site": "s1", "zone": SITE_ZONE, "currency": "EUR", "traffic": "people", "limit": 100}
    common |= OCTOBER
    lost = Reports(store).run_dicts("loss", **common, by="browser", event="purchase")
    shares = {row["label"]: row["server_only"] / (row["both"] + row["server_only"]) for row in lost}
    assert {browser: shares[browser] for browser in BLOCKED} == BLOCKED
    rows = Reports(store).run_dicts(
        "credits_by_rule", **common, event="purchase", by="source", window_days=30, reset=0, reduce=""
    )
    last = {row["label"]: row["orders"] for row in rows if row["model"] == "last_non_direct"}
    by_source: Counter[str] = Counter()
    for (source, _), orders in credited(some).items():
        by_source[f"{source} / cpc"] += orders
    assert {source: last[source] for source in by_source} == by_source


@pytest.mark.slow
def test_the_commands_print_the_planted_sizes(store: Embedded, tmp_path: Path) -> None:
    place = open_place(tmp_path)
    state = open_state(place)
    site = state.sites.add("Shop", ["https://shop.example"], zone=SITE_ZONE)
    state.engine.dispose()
    some = people(Random(7), Sizes(a_browser=10))
    load(store, site.id, some)
    file = tmp_path / "google.csv"
    file.write_bytes(export(GOOGLE, exported(GOOGLE, some)))
    say(tmp_path, "import", str(file), "--zone", GOOGLE.zone)
    asking: Callable[[], str] = lambda: say(tmp_path, "report", "--json")  # noqa: E731
    found = json.loads(while_served(Reports(store), place.socket, asking))
    (ladder,) = [one["ladder"] for one in found["platforms"]]
    steps = (*ladder["steps"], ladder["residual"])
    assert {step["name"]: step["orders"] for step in steps} == planted_steps(GOOGLE, some)


def say(data: Path, *words: str) -> str:
    done = CliRunner().invoke(group, ["reconcile", words[0], "--data", str(data), *words[1:]], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output
