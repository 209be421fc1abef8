"""People who allow nothing: they send the same, and the truth of them is what may be known."""

from __future__ import annotations

import httpx2
from msgspec.structs import replace

from onebyone.simulate import people, wire
from onebyone.simulate.simulate import simulate
from onebyone.simulate.truth import Truth
from simulate.recorder import NOW_MS, Recorder, at_once

WHERE = wire.Settings(url="http://127.0.0.1:9", site="s1", prefix="brvkt", key="key", attempts=3)
WHO = people.Settings(people=150, days=14, seed=7, refusing_share=0.4)


def run(who: people.Settings) -> tuple[Recorder, Truth]:
    recorder = Recorder()
    transport = httpx2.MockTransport(recorder.answer)
    return recorder, simulate(who, WHERE, transport=transport, clock=lambda: NOW_MS, pause=at_once)


def test_what_people_choose_does_not_change_what_they_do() -> None:
    _, some = run(WHO)
    _, none = run(replace(WHO, refusing_share=0))
    same = ("views", "unseen_views", "orders", "revenue_minor", "blocked_orders", "events_sent", "prefetches")
    assert [getattr(some.totals, name) for name in same] == [getattr(none.totals, name) for name in same]
    assert (none.totals.withheld_views, none.totals.withheld_events, none.totals.withheld_orders) == (0, 0, 0)


def test_their_views_count_without_a_visitor_and_their_orders_are_the_servers() -> None:
    _, some = run(WHO)
    _, none = run(replace(WHO, refusing_share=0))
    assert 0 < some.totals.visitors < none.totals.visitors
    assert 0 < some.totals.sessions < none.totals.sessions
    assert some.totals.withheld_views > 100 and some.totals.withheld_events > 50
    assert some.totals.withheld_orders == sum(sale.withheld for sale in some.sales) > 0
    assert not any(sale.withheld and sale.blocked for sale in some.sales)


def test_each_request_of_a_page_says_what_its_person_chose() -> None:
    recorder, _ = run(WHO)
    images = recorder.people_images()
    assert {query["analytics"][0] for query in images} == {"granted", "denied"}
    assert b'"analytics":"denied"' in b"".join(request.content for request in recorder.requests)
