"""Who follows a link from one of the site's domains to another: the edge, and everything that it is refused for."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from fakes.consenting import MemoryBlinding, MemoryChoices, MemorySuppression, the_places, the_policies
from fakes.seen import MemorySeen
from onebyone.consent.decision import NOBODY
from onebyone.consent.settings import Settings as ConsentSettings
from onebyone.event import Event, Permission
from onebyone.identity.facts import Relation, facts_of
from onebyone.identity.links import VALID_MS, Target, mint
from onebyone.pipeline.steps.add_link import add_link
from onebyone.pipeline.steps.add_permissions import add_permissions
from onebyone.state.choices import Remembered
from onebyone.state.tag_settings import TagSettings
from pipeline.examples import RECEIVED_MS, SITE, a_context, a_hit, an_event

KEY, THERE, HERE = b"l" * 32, 7, 8
LINKED = replace(SITE, tag=TagSettings(linked=("shop.example", "pay.example")))
TOKEN = mint(KEY, THERE, Target(SITE.id, "pay.example", "Firefox"), now_ms=RECEIVED_MS - 1_000, nonce=b"1234")


class Road:
    """From the link to who is who."""

    def __init__(self, consent: ConsentSettings = SITE.consent) -> None:
        self.choices = MemoryChoices()
        self._site = replace(LINKED, consent=consent)
        self._link = add_link(KEY, MemorySeen())
        self._permit = add_permissions(
            the_policies(), self.choices, MemorySuppression(), places=the_places(), blinding=MemoryBlinding()
        )

    def go(self, *, hit: int = 1, context: dict[str, Any] | None = None, **event: Any) -> Event:
        given = {"visitor": HERE, "host": "www.pay.example", "hit": f"00000000-0000-0000-0000-{hit:012}"} | event
        around = {"site": self._site, "link": TOKEN, "user_agent": "Firefox", "hit": a_hit("tag")} | (context or {})
        linked = self._link(an_event(**given), a_context(**around))
        assert isinstance(linked, Event)
        permitted = self._permit(linked, a_context(**around))
        assert isinstance(permitted, Event)
        return permitted


def joined(event: Event) -> list[tuple[int, int]]:
    return [(fact.left, fact.right) for fact in facts_of(event) if fact.relation is Relation.LINK]


def test_who_follows_a_link_is_joined_by_a_fact_that_says_who_when_and_on_which_event() -> None:
    event = Road().go()
    (fact,) = facts_of(event)
    assert (fact.left, fact.right, fact.relation, fact.first_ms) == (THERE, HERE, Relation.LINK, RECEIVED_MS)
    assert (fact.hit.hex(), fact.by) == (event.hit.replace("-", ""), "tag") and event.flags == []


def test_without_a_script_the_pages_address_brings_the_token() -> None:
    context = {"link": "", "url": f"https://pay.example/?a=1&_ob={TOKEN}"}
    assert joined(Road().go(via="image", context=context)) == [(THERE, HERE)]


def test_a_token_is_used_once_and_the_same_sighting_asks_again_in_peace() -> None:
    road = Road()
    assert [joined(road.go(hit=hit)) for hit in (1, 1, 2)] == [[(THERE, HERE)], [(THERE, HERE)], []]
    assert road.go(hit=3, visitor=9).flags == ["link_reused"]


@pytest.mark.parametrize(
    ("context", "event", "flag"),
    [
        ({"link": TOKEN[:-1] + ("A" if TOKEN[-1] != "A" else "B")}, {}, "link_invalid"),
        ({"user_agent": "curl"}, {}, "link_invalid"),
        ({}, {"host": "shop.example"}, "link_invalid"),
        ({}, {"host": "elsewhere.example"}, "link_invalid"),
        ({"hit": a_hit("tag", received_ms=RECEIVED_MS + VALID_MS)}, {}, "link_expired"),
    ],
)
def test_a_token_that_is_not_believed_joins_nobody_and_says_why(
    context: dict[str, Any], event: dict[str, Any], flag: str
) -> None:
    made = Road().go(context=context, **event)
    assert (made.linked, made.flags, joined(made)) == (0, [flag], [])


def test_a_machine_that_looks_a_link_up_does_not_use_it_up() -> None:
    road = Road()
    assert joined(road.go(hit=1, actor="machine_prefetch")) == []
    assert joined(road.go(hit=2)) == [(THERE, HERE)]


def test_who_refuses_on_this_side_is_not_joined() -> None:
    event = Road().go(context={"said": {"analytics": "denied"}})
    assert (event.linked, joined(event)) == (0, [])


def test_who_withdrew_on_the_other_side_since_is_not_joined() -> None:
    road = Road()
    road.choices.learn(SITE.id, THERE, Remembered(RECEIVED_MS - 500, Permission.SECURITY.bit, "DE", NOBODY))
    assert (road.go().linked, road.go(hit=2).flags) == (0, ["link_reused"])


def test_statistics_by_an_exemption_join_nobody() -> None:
    road = Road(ConsentSettings(analytics_exempt=("FR",)))
    event = road.go(context={"region": "FR"})
    assert (event.visitor, event.linked) == (HERE, 0)
