"""Whose a conversion is follows from the verdicts of all its copies, whenever they change."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fakes.seen import MemorySeen
from fakes.shelf import MemoryShelf
from onebyone.event import Conversion, Drop, Event, Reason
from onebyone.pipeline.conversions.counting import Counting
from onebyone.pipeline.reweigh import reweighed
from onebyone.pipeline.rules import read_rules
from onebyone.pipeline.steps.drop_copy import drop_copy
from pipeline.conversions.examples import a_copy
from pipeline.examples import a_context
from pipeline.test_worker import Bench

LATER = datetime(2100, 1, 1, tzinfo=UTC)
BROWSER = a_copy(1, order_id="A", value=500, currency="EUR", visitor=7, actor="suspect", reasons=["net.dc"])
SERVER = a_copy(2, order_id="A", value=500, currency="EUR", via="server", at_s=3)


def machine(event: Event) -> Event:
    return replace(event, actor="machine_declared", agent="inferred", confidence=70)


def batch(shelf: MemoryShelf, *events: Event) -> list[Event | Drop]:
    counting = Counting(shelf)
    step = drop_copy(MemorySeen(), counting)
    outcomes = [step(event, a_context()) for event in events]
    counting.finish()
    return outcomes


def the_record(shelf: MemoryShelf) -> Conversion:
    (one,) = shelf.conversions.values()
    return one


def test_an_order_whose_browser_copy_became_a_machines_stays_a_persons_by_its_server_copy() -> None:
    shelf = MemoryShelf()
    first = batch(shelf, BROWSER, SERVER)
    assert the_record(shelf).event.actor == "suspect"
    kept, dropped = batch(shelf, machine(BROWSER), SERVER)
    assert isinstance(kept, Event) and kept.actor == "machine_declared" and kept.conversion == the_record(shelf).id
    assert dropped == first[1] == Drop(Reason.ORDER_JOINED, of=BROWSER.sighting)
    assert (the_record(shelf).event.actor, the_record(shelf).net) == ("human", 500)
    assert the_record(shelf).event.visitor == 7, "what only the browser knew stays known"


def test_an_order_that_only_a_machine_reported_becomes_the_machines_and_a_persons_again() -> None:
    shelf = MemoryShelf()
    batch(shelf, BROWSER)
    batch(shelf, machine(BROWSER))
    assert (the_record(shelf).event.actor, the_record(shelf).event.agent) == ("machine_declared", "inferred")
    version = the_record(shelf).version
    batch(shelf, machine(BROWSER))
    assert the_record(shelf).version == version, "the same verdict is no change"
    batch(shelf, BROWSER)
    assert (the_record(shelf).event.actor, len(shelf.conversions)) == ("suspect", 1)


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_order_of_new_verdicts_has_the_same_end(changes: list[tuple[int, bool]], at_once: bool) -> None:
    copies = [a_copy(n, order_id="A", via=via, at_s=n) for n, via in enumerate(("tag", "server", "image", "tag"))]
    shelf = MemoryShelf()
    batch(shelf, *copies)
    events = [machine(copies[n]) if is_machine else copies[n] for n, is_machine in changes]
    for some in [events] if at_once else [[event] for event in events]:
        batch(shelf, *some)
    machines = {n for n, is_machine in dict(changes).items() if is_machine}
    assert the_record(shelf).event.actor == ("machine_declared" if len(machines) == 4 else "human")


def test_copies_older_than_the_log_are_judged_by_their_reasons(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text('[[soft]]\nid = "net.dc"\npoints = 70\n')
    harsh = read_rules(tmp_path / "rules.toml")
    shelf = MemoryShelf()
    batch(shelf, BROWSER)

    def judge(before: datetime) -> list[bytes]:
        counting = Counting(shelf)
        counting.judge_again(list(shelf.bodies), lambda event: reweighed(harsh, "new", before, event))
        return counting.finish()

    assert [line[:1] for line in judge(BROWSER.received_at)] == [b"C"] and the_record(shelf).version == 1
    assert len(judge(LATER)) == 1 and (the_record(shelf).version, the_record(shelf).event.actor) == (
        2, "machine_declared",
    )  # fmt: skip
    assert the_record(shelf).event.ruleset == "new"
    (again,) = judge(LATER)  # as after a crash behind the commit
    assert msgspec.json.decode(again[1:], type=Conversion) == the_record(shelf)


def test_the_worker_goes_through_all_records_and_writes_those_that_were_judged(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.worker.use(lambda claims, counting: (("drop_copy", drop_copy(claims, counting)),), None)
    bench.send("purchase&o=A", "purchase&o=B", "page_view")
    assert bench.worker.run_once() == 3
    before = bench.outcomes()

    def doubt(event: Event) -> Event:
        return replace(machine(event), reasons=["net.dc"])

    assert bench.worker.judge_records(doubt, after="") != ""
    assert bench.outcomes() == before, "copies without a reason were never judged"
    assert bench.worker.judge_records(doubt, after="ffffffff-ffff-ffff-ffff-ffffffffffff") == ""


def test_a_pruned_record_keeps_a_copy_of_a_person() -> None:
    shelf = MemoryShelf()
    robots = [machine(a_copy(n, order_id="A", via="server", at_s=n)) for n in range(2, 90)]
    batch(shelf, a_copy(1, order_id="A", via="tag"), *(replace(one, actor="human") for one in robots))
    batch(shelf, *robots)
    assert the_record(shelf).event.actor == "human"


@pytest.mark.parametrize("via", ["open", "link"])
def test_what_a_mail_program_did_is_not_judged_by_the_rules_of_the_web(via: str) -> None:
    event = replace(BROWSER, via=via)
    assert reweighed(read_rules(), "new", LATER, event) is event
