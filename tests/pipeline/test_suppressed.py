"""Late events of people who were erased, or who objected."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.consenting import MemoryBlinding, MemoryChoices, MemorySuppression, the_places, the_policies
from onebyone.event import SIGNALLED, Drop, Event, Permission, Reason
from onebyone.pipeline.steps.add_permissions import add_permissions
from onebyone.pipeline.steps.drop_withheld import drop_withheld
from pipeline.examples import SITE, a_context, an_event

LISTED = {("visitor", "7"): "erased", ("user", "u8"): "objected"}


def went(**given: Any) -> tuple[Event, Event | Drop]:
    context = a_context(said={"analytics": "granted"}, region="JP", sealed="S")
    step = add_permissions(
        the_policies(), MemoryChoices(), MemorySuppression(LISTED), places=the_places(), blinding=MemoryBlinding()
    )
    decided = step(an_event(user_id="u9", order_id="A1", click_ids={"gclid": "x"}, **given), context)
    assert isinstance(decided, Event)
    return decided, drop_withheld(decided, context)


def test_a_browsers_late_event_of_an_erased_person_is_dropped() -> None:
    decided, outcome = went(visitor=7)
    assert outcome == Drop(Reason.SUPPRESSED)
    assert (decided.visitor, decided.user_id, decided.order_id, decided.sealed) == (0, "", "", "")


def test_what_the_sites_own_server_reports_of_them_is_kept_as_its_record() -> None:
    decided, outcome = went(visitor=7, via="server")
    assert outcome == decided and decided.order_id == "A1" and decided.withheld == "own"
    assert (decided.visitor, decided.user_id, decided.click_ids, decided.sealed) == (0, "", {}, "")
    assert decided.permissions == Permission.SECURITY.bit | SIGNALLED


@pytest.mark.parametrize("via", ["tag", "image"])
def test_who_objected_allows_nothing_whatever_the_page_says(via: str) -> None:
    decided, outcome = went(visitor=8, via=via) if via == "image" else went(visitor=8)
    assert decided.permissions != Permission.SECURITY.bit and outcome == decided
    context = a_context(said={"analytics": "granted"}, region="JP")
    step = add_permissions(
        the_policies(), MemoryChoices(), MemorySuppression(LISTED), places=the_places(), blinding=MemoryBlinding()
    )
    objected = step(an_event(user_id="u8", visitor=8, via=via), context)
    assert isinstance(objected, Event)
    assert (objected.permissions, objected.consent_source) == (Permission.SECURITY.bit | SIGNALLED, "suppressed")
    assert (objected.visitor, objected.user_id, objected.withheld) == (0, "", "ping")


def test_a_stranger_is_not_touched() -> None:
    decided, outcome = went(visitor=9)
    assert outcome == decided and (decided.visitor, decided.site) == (9, SITE.id)


def test_nothing_comes_back_by_an_order_an_address_or_an_email_of_the_erased() -> None:
    listed = {("order", "A1"): "erased", ("email", "h1"): "erased", ("recipient", "ff"): "erased"}
    step = add_permissions(
        the_policies(), MemoryChoices(), MemorySuppression(listed), places=the_places(), blinding=MemoryBlinding()
    )
    context = a_context(said={"analytics": "granted"}, region="JP")
    events = [
        an_event(name="refund", via="server", order_id="A1"),
        an_event(identifiers={"email": "h1"}),
        an_event(name="email_open", via="open", recipient="ff"),
    ]
    for event in events:
        decided = step(event, context)
        assert isinstance(decided, Event) and drop_withheld(decided, context) == Drop(Reason.SUPPRESSED)
        assert (decided.order_id, decided.identifiers, decided.recipient) == ("", {}, "")
    for stranger in (an_event(order_id="A2"), an_event(name="email_open", via="open", recipient="aa")):
        decided = step(stranger, context)
        assert isinstance(decided, Event) and drop_withheld(decided, context) == decided
