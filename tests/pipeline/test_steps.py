from __future__ import annotations

from typing import Any

import pytest

from fakes.consenting import (
    MemoryBlinding,
    MemoryChoices,
    MemoryRecords,
    MemorySuppression,
    MemoryUserData,
    the_places,
    the_policies,
    the_steps,
)
from onebyone.event import Event, utc
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.referrers import Referrers
from onebyone.pipeline.seen import Seen
from onebyone.pipeline.step import Step
from onebyone.pipeline.steps.add_campaign import add_campaign
from onebyone.pipeline.steps.add_channel import add_channel
from onebyone.pipeline.steps.add_device import add_device
from onebyone.pipeline.steps.add_history import add_history
from onebyone.pipeline.steps.add_identifiers import add_identifiers
from onebyone.pipeline.steps.add_link import add_link
from onebyone.pipeline.steps.add_page import add_page
from onebyone.pipeline.steps.add_permissions import add_permissions
from onebyone.pipeline.steps.add_place import add_place
from onebyone.pipeline.steps.add_record import add_record
from onebyone.pipeline.steps.add_verdict import add_verdict
from onebyone.state.claims import Holder
from pipeline.examples import GOLDEN, a_context, an_event, cases, changed, name_of


class Forgetful(Seen):
    def find(self, key: bytes) -> Holder | None:
        return None

    def claim(self, key: bytes, by: Holder, *, days: int) -> Holder:
        return by


@pytest.fixture(scope="module")
def additions() -> dict[str, Step]:
    return {
        "add_page": add_page,
        "add_campaign": add_campaign,
        "add_channel": add_channel(Referrers()),
        "add_device": add_device,
        "add_place": add_place(the_places()),
        "add_link": add_link(b"l" * 32, Forgetful()),
        "add_identifiers": add_identifiers(MemoryUserData()),
        "add_permissions": add_permissions(
            the_policies(), MemoryChoices(), MemorySuppression(), places=the_places(), blinding=MemoryBlinding()
        ),
        "add_record": add_record(MemoryRecords()),
        "add_verdict": add_verdict(Judge(), Forgetful()),
        "add_history": add_history(Forgetful(), Judge().moves),
    }


@pytest.mark.parametrize("case", cases("steps"), ids=name_of)
def test_a_step_sets_what_its_example_says_and_nothing_else(case: Any, additions: dict[str, Step]) -> None:
    before = an_event(**case["in"].get("event", {}))
    after = additions[case["file"].split("/")[0]](before, a_context(**case["in"].get("context", {})))
    assert isinstance(after, Event)
    out = changed(before, after)
    out.pop("ruleset", None)  # changes with every release of the lists
    assert out == case["out"]


def test_every_added_step_has_an_example() -> None:
    names = {name for name, _ in the_steps(Forgetful()) if name.startswith("add_")}
    assert names == {path.name for path in (GOLDEN / "steps").iterdir()}


def test_copies_are_dropped_only_after_everything_is_known_of_them() -> None:
    powers = [name.partition("_")[0] for name, _ in the_steps(Forgetful())]
    assert powers == sorted(powers)


def test_all_steps_together_place_a_paid_visit() -> None:
    context = a_context(
        url="https://shop.example/shoes?utm_source=Google&utm_medium=CPC&size=42#top",
        referrer="https://www.google.de/search?q=shoes",
        user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/26.6.1 Mobile/15E148 Safari/604.1",
        address="8.8.8.0",
    )
    outcome: Any = an_event(sent_id="one")
    for _, step in the_steps(Forgetful()):
        outcome = step(outcome, context)
    said = (outcome.host, outcome.path, outcome.query, outcome.channel, outcome.device, outcome.country, outcome.actor)
    assert said == ("shop.example", "/shoes", "size=42", "Paid Search", "phone", "US", "human")
    assert outcome.at == utc(context.hit.received_ms)
