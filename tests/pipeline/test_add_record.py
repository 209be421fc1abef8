"""A posted choice becomes a record: through decoding and the steps, as in the worker."""

from __future__ import annotations

from typing import Any

from fakes.consenting import (
    MemoryBlinding,
    MemoryChoices,
    MemoryRecords,
    MemorySuppression,
    MemoryUserData,
    the_places,
    the_policies,
)
from fakes.seen import MemorySeen
from fakes.shelf import MemoryShelf
from onebyone.consent.canonical import canonical
from onebyone.event import Event, Hit, Permission, visitor_hash
from onebyone.pipeline.conversions.counting import Counting
from onebyone.pipeline.decode import decode
from onebyone.pipeline.steps import steps
from pipeline.examples import RECEIVED_MS, SITE, a_hit

RECORD = "0193a1b2-0000-7000-8000-000000000001"
GRANT = {"id": RECORD, "choices": {"analytics": "granted", "ads_share": "denied"}, "page": "https://shop.example/a?b=1"}


def a_choice(body: dict[str, Any], **given: Any) -> Hit:
    return a_hit("consent", query=f"record={RECORD}&person=p1", body=body, **given)


class Path:
    def __init__(self) -> None:
        self.records, self.choices = MemoryRecords(), MemoryChoices()
        self._steps = steps(
            MemorySeen(),
            Counting(MemoryShelf()),
            policies=the_policies(),
            choices=self.choices,
            suppressed=MemorySuppression(),
            places=the_places(),
            records=self.records,
            opening=MemoryUserData(),
            link_key=b"l" * 32,
            blinding=MemoryBlinding(),
        )

    def go(self, hit: Hit) -> Event:
        (row,) = decode(hit, SITE)
        outcome: Any = row.outcome
        assert row.context is not None
        for _, step in self._steps:
            outcome = step(outcome, row.context)
        assert isinstance(outcome, Event)
        return outcome


def test_a_choice_is_an_event_and_a_record_with_what_was_asked() -> None:
    path = Path()
    event = path.go(a_choice(GRANT | {"button": "save", "banner": 3, "language": "de"}, region="DE", asking="v1"))
    (draft,) = path.records.drafts
    assert (event.name, event.via, event.visitor, event.region) == ("consent_choice", "consent", 0, "DE")
    assert event.permissions & Permission.ANALYTICS.bit and not event.permissions & Permission.ADS_SHARE.bit
    assert (draft.id, draft.at_ms) == (RECORD, RECEIVED_MS)
    assert draft.known_by == (("consent", "p1"), ("visitor", str(visitor_hash(SITE.id, "v1"))))
    body = draft.body
    assert (body["button"], body["banner"], body["page"]) == ("save", "3", "shop.example/a")
    assert {purpose["name"]: purpose["state"] for purpose in body["processing"]["purposes"]} == {
        "analytics": "given",
        "ads_share": "refused",
    }
    assert canonical(body)


def test_a_refusal_is_kept_as_a_record_and_remembered_of_the_visitor() -> None:
    path = Path()
    event = path.go(a_choice({"choices": {"analytics": "denied"}}, region="DE", asking="v1"))
    assert event.withheld == "own" and not event.permissions & Permission.ANALYTICS.bit
    known = path.choices.find(SITE.id, visitor_hash(SITE.id, "v1"), RECEIVED_MS + 1)
    assert known is not None and not known.permissions & Permission.ANALYTICS.bit
    later = path.go(a_hit("image", id=bytes(15) + b"\x02", received_ms=RECEIVED_MS + 5, asking="v1", region="JP"))
    assert later.visitor == 0 and later.withheld == "ping"


def test_a_recorded_override_holds_against_the_signal_where_the_owner_allows_it() -> None:
    path = Path()
    headers = {"sec-gpc": "1"}
    chosen = {"choices": {"analytics": "granted", "ads_share": "granted"}, "overrides_gpc": True}
    path.go(a_choice(chosen, region="US-CA", asking="v1", headers=headers))
    assert path.records.drafts[0].body["gpc_overridden"] is True
    known = path.choices.find(SITE.id, visitor_hash(SITE.id, "v1"), RECEIVED_MS + 1)
    assert known is not None and known.known.overrides_gpc


def test_without_a_person_the_record_stands_for_itself() -> None:
    path = Path()
    path.go(a_hit("consent", query=f"record={RECORD}&person=", body={"choices": {"analytics": "denied"}}))
    assert path.records.drafts[0].known_by == (("record", RECORD),)
