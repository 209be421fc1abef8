"""What a rule means: the store's answer against the same said event by event, and what hostile text becomes."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from datetime import timedelta
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onebyone.event import Event
from onebyone.identity.nodes import user_node
from onebyone.reports.catalogue import NotNarrowed, Reports
from onebyone.reports.segment.narrow import compiled
from onebyone.reports.segment.read import read
from onebyone.reports.segment.rule import Did, Predicate, Rule
from onebyone.reports.segment.write import write
from onebyone.state.graph import Row as Whose
from onebyone.store import BadParameter, Param
from onebyone.store.engine import Embedded
from reports.segment.rules import holds, rules
from store.engine_fixture import holding
from store.rows import an_event, put

END = an_event().at
ZONE = "Europe/Berlin"
PARAMS: dict[str, Param] = {"site": "s1", "traffic": "people", "currency": "EUR", "zone": ZONE, "now": END}
HOW_MANY = 40


_OFTEN = "did anything at least 3 times in one session in the last 9 days or first did purchase"
_DEAR = "did purchase where value > 50 or last did refund where property plan is set 2 to 20 days ago"
_REGULAR = "did page_view in at least 3 of the last 5 weeks and not did anything in exactly 2 of the last 30 days"
_LAPSED = (
    "did purchase 9 to 40 days ago but not in the last 8 days or did refund 3 to 30 days ago but not in the last 3 days"
)
_MATCHES = (
    'did page_view where page matches "^/(check|sh)o" also property plan does not match "^g|^$"'
    ' and did purchase where campaign matches "oe" or "\\W" at least 2 times'
)
_CART = (
    'did page_view where page is "/shoes" then page_view then purchase within 9 days without refund between'
    " or did purchase without refund since in the last 30 days"
)
_VISIT = (
    "did page_view then page_view in one session within 30 minutes"
    " and not did page_view then page_view directly without purchase where value > 50 since 2 to 40 days ago"
)
_BETWEEN = "did purchase with sum of value at most 89.9 between 2026-10-20 and 2026-11-19 and did not refund"


def events_of_people() -> list[Event]:
    """Some that share most of what a rule may ask for, and differ in how often and when."""
    luck, found = Random(11), []
    for number in range(HOW_MANY * 8):
        name = luck.choice(["page_view", "page_view", "purchase", "refund", "odd name", "and"])
        at = END - timedelta(
            minutes=luck.choice([-30, 5, 20, 50, 60 * 24 * luck.randrange(45), luck.randrange(60_000)])
        )
        properties = {key: luck.choice(texts) for key, texts in _PROPERTIES.items() if luck.random() < 0.6}
        found.append(
            an_event(
                number, name=name, seq=number, at=at, visitor=1 + number % HOW_MANY,
                path=luck.choice(["/", "/checkout", "/shoes"]), country=luck.choice(["DE", "AT", ""]),
                campaign=luck.choice(["shoes", "ü", ""]), properties=properties,
                host="shop.example", device=luck.choice(["phone", ""]),
                value=luck.choice([0, 4000, 8990, 250]), currency=luck.choice(["EUR", "EUR", "USD", ""]),
                actor="human" if number % 9 else "machine_crawler",
            )
        )  # fmt: skip
    return found


_PROPERTIES = {"plan": ["gold", ""], "number": ["2.5", "40", "many", "-1"], "two words": ["DE"], "set": ['a "b" \\']}
EVENTS = events_of_people()


def of_people() -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = defaultdict(list)
    for event in EVENTS:
        if event.actor == "human":
            found[event.visitor].append(event)
    return found


PEOPLE = of_people()


def store_of_people() -> Reports:
    return Reports(holding("people of rules", lambda store: put(store, EVENTS)))


@settings(max_examples=100 if os.environ.get("PROVE") else 3, deadline=None)
@given(rules)
@example(read(f"people who {_OFTEN}"))
@example(read(f"people who not ({_DEAR})"))
@example(read(f"people who {_BETWEEN}"))
@example(read(f"people who {_CART}"))
@example(read(f"people who {_VISIT}"))
@example(read(f"people who {_MATCHES}"))
@example(read(f"people who {_REGULAR}"))
@example(read(f"people who {_LAPSED}"))
def test_the_store_finds_whom_the_rule_means(rule: Rule) -> None:
    reports = store_of_people()
    wanted = {visitor for visitor, events in PEOPLE.items() if holds(rule, events, END, ZONE)}
    span: dict[str, Param] = {"from": END - timedelta(days=50), "to": END + timedelta(days=1)}
    rows = reports.run_dicts("people", **PARAMS, **span, text="", persons=[], limit=500, filters=[write(rule)])
    assert {int(row["person"]) for row in rows} == wanted, write(rule)
    sizes = reports.run_dicts("segment_sizes", **PARAMS, filters=[write(rule)])
    seen = {visitor for visitor, events in PEOPLE.items() if any(event.at < END for event in events)}
    assert (sizes[0]["people"], sizes[0]["everybody"]) == (len(wanted & seen), len(seen))


@pytest.mark.parametrize("report", ["drops", "loss", "ledger_days"])
def test_a_report_that_does_not_know_people_refuses_the_rule(report: str) -> None:
    with pytest.raises(NotNarrowed, match="what people did"):
        store_of_people().run(report, **PARAMS, filters=["people who did purchase"])


@pytest.mark.parametrize("text", ["people who", "people who did a; SELECT 1", "people who did a\x00"])
def test_a_text_that_is_no_rule_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(BadParameter, match=r"line 1, letter \d+"):
        store_of_people().run("people", filters=[text])


@given(rules, st.text(max_size=30))
def test_nothing_that_was_typed_is_part_of_the_sql(rule: Rule, text: str) -> None:
    other = "x" if re.fullmatch(r"[A-Za-z0-9_]*", text) else "an x"  # a plain property is another type of parameter
    plain, hostile = (compiled(_saying(one), "EUR") for one in (other, text or "y"))
    assert (plain.member, plain.places) == (hostile.member, hostile.places)
    assert all(str(value) not in compiled(rule, "EUR").member for value in ("DROP TABLE", "two words", "odd name"))


def _saying(text: str) -> Rule:
    of_property = Predicate("property", "contains", (text, text + "z"), text + "k")
    return Did(text, (of_property, Predicate("page", "is", (text,))))


def test_all_browsers_of_a_person_are_in_and_those_of_others_are_not(store: Embedded) -> None:
    """Two browsers of one person: the second did nothing that is asked for."""
    put(store, [
        an_event(1, visitor=11, user_id="bob", name="purchase"), an_event(2, visitor=12), an_event(3, visitor=13),
        Whose(site="s1", visitor=11, kind="browser", person=7, version=1),
        Whose(site="s1", visitor=user_node("s1", "bob"), kind="user", person=7, version=1),
        Whose(site="s1", visitor=12, kind="browser", person=7, version=1),
    ])  # fmt: skip
    day: dict[str, Param] = {"from": END - timedelta(days=1), "to": END + timedelta(days=1)}
    later = PARAMS | {"now": END + timedelta(hours=1)}
    for text, visitors in (("did purchase", 2), ("did not purchase", 1)):
        (total,) = Reports(store).run_dicts("totals", **later, **day, filters=[f"people who {text}"])
        assert total["visitors"] == visitors
