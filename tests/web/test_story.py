"""The story on the Fate page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fakes.shelf import MemoryShelf
from onebyone.event import Event, Reason
from onebyone.pipeline.conversions.records import read_record
from onebyone.pipeline.conversions.telling import Account, account_of
from onebyone.reports.fate import Fate
from onebyone.web.story import Story, tell, visitor_name
from pipeline.conversions.examples import a_copy, count
from web.month import HIT, SECOND, a_drop, an_event, the_copies

NOW = datetime(2026, 11, 12, 13, 32, tzinfo=UTC)


def _tell(asked: str, events: list[Any], drops: list[Any], *, final_at: datetime | None = None) -> Story:
    return tell(asked, Fate(events, drops), zone="Europe/Berlin", now=NOW, final_at=final_at)


def test_an_order_tells_each_of_its_copies_and_why_it_was_not_counted() -> None:
    story = _tell("NL-48213", [an_event()], the_copies(), final_at=NOW + timedelta(days=1))
    assert story.title == "Order NL-48213"
    assert story.lead == "Placed on Tue 10 Nov 2026 at 19:42:08. Seen five times, counted once."
    assert [moment.headline for moment in story.moments] == [
        "Seen by the tag in the page. Record opened.",
        "Reported by your own server. Joined by order id.",
        "Same delivery again. Not counted.",
        "Thank-you page reloaded. Not counted.",
        "Back button. Not counted.",
    ]
    assert story.strip == [
        ("€129.00", "value as recorded"),
        ("5 → 1", "one counted, one joined, three set aside"),
        ("Both", "browser and server reported it"),
        ("Preliminary", "final on 13 Nov 14:32"),
    ]
    assert story.provenance[1] == "5 copies = 1 counted + 1 joined + 3 set aside"


def test_a_copy_that_says_another_value_is_marked() -> None:
    story = _tell("NL-48213", [an_event()], the_copies())
    marked = [fact.text for moment in story.moments for fact in moment.facts if fact.warn]
    assert marked == ["says €133.90"]
    assert story.strip[3] == ("Final", "its day is closed")


def test_an_event_seen_once_is_told_once() -> None:
    story = _tell(HIT, [an_event(name="page_view", order_id="", value=0, currency="", event_id="")], [])
    assert story.title == "page_view"
    assert story.lead.endswith("Seen once, counted once.")
    assert story.strip[:2] == [("–", "no value given"), ("1 → 1", "one counted")]
    assert story.strip[2] == ("Browser only", "your server has not reported it")


def test_a_machine_beside_the_buyer_is_told_apart() -> None:
    machine = an_event(hit=SECOND, actor="machine_declared", via="image")
    story = _tell("NL-48213", [machine, an_event()], [])
    assert story.strip[1] == ("2 → 1", "one counted, one kept as a machine's")
    assert story.lead.endswith("Seen twice, counted once.")
    assert sorted(moment.headline for moment in story.moments)[0].endswith("Kept apart, as a machine's.")
    assert [moment.counted for moment in story.moments].count(True) == 1


def test_a_machine_alone_counts_as_nobody() -> None:
    story = _tell("NL-48213", [an_event(actor="machine_scanner")], [])
    assert story.lead.startswith("By a machine, on ")
    assert story.strip[1] == ("1 → 0", "kept apart, as a machine's")


def test_a_dropped_hit_has_the_same_page_with_the_reason_and_what_to_do() -> None:
    drop = a_drop(
        reason="value_impossible", step="decode", detail="value “12,x”", name="purchase", order_id="", of_hit=""
    )
    story = _tell(SECOND, [], [drop])
    assert story.lead.endswith("not counted: impossible amount or currency.")
    assert story.moments[0].headline == "Seen by the tag in the page. Dropped: impossible amount or currency."
    assert "value “12,x”" in story.moments[0].text
    assert story.moments[0].to_do.startswith("Send amounts as decimals")
    assert story.strip[1:3] == [("1 → 0", "not counted"), ("Impossible amount or currency", "decided by decode")]


def test_a_failed_hit_names_the_step() -> None:
    story = _tell(SECOND, [], [a_drop(fate="failed", reason="ZeroDivisionError", step="add_place")])
    assert story.moments[0].headline == "Seen by the tag in the page. Failed in add_place."


def test_a_copys_hit_tells_the_record_it_belongs_to() -> None:
    story = _tell(SECOND, [an_event()], [a_drop()])
    assert story.title == "Order NL-48213"
    assert ("held by", f"{HIT}/0") in story.moments[1].received


def test_of_several_events_in_a_hit_the_one_asked_for_is_the_record() -> None:
    second = an_event(n=1, name="add_to_cart", order_id="", event_id="b")
    assert _tell(f"{HIT}/1", [an_event(), second], []).record[0] == ("Event", "add_to_cart")


def test_a_server_only_order_says_so_and_has_no_browser() -> None:
    story = _tell("NL-48213", [an_event(via="server", browser="", os="", path="", country="", visitor=0)], [])
    assert story.strip[2] == ("Server only", "no browser reported it")
    assert story.moments[0].text == "Reported without a browser or a page."
    assert all(name != "Visitor" for name, _ in story.visitor)


def test_every_reason_can_be_told() -> None:
    for reason in Reason:
        story = _tell(SECOND, [], [a_drop(reason=reason)])
        assert story.moments[0].headline and story.moments[0].text


def test_a_visitors_name_is_short_and_steady() -> None:
    assert visitor_name(11234567890123456789) == visitor_name("11234567890123456789")
    assert len(visitor_name(1)) == 6 and visitor_name(0) == ""


def test_a_hit_with_several_events_counts_each_of_them() -> None:
    second = an_event(n=1, name="add_to_cart", order_id="", event_id="b")
    story = _tell(HIT, [an_event(), second], [])
    assert story.lead == "On Tue 10 Nov 2026 at 19:42:08. Two sightings, two events."
    assert story.strip[1] == ("2 → 2", "two counted") and story.seen == "two sightings, two records"


def _account(event: Event) -> Account:
    shelf = MemoryShelf()
    server = a_copy(2, order_id="NL-48213", via="server", value=13390, currency="EUR", coupon="TEN", country="US")
    count([event, server], shelf=shelf)
    (body,) = (body for body in shelf.bodies.values() if body)
    return account_of(read_record(body))


def test_the_rail_shows_what_all_copies_say_together_and_not_the_first_alone() -> None:
    page = a_copy(1, order_id="NL-48213", event_id="pixel", hit=HIT, host="shop.example", path="/danke", country="DE")
    row = an_event(event_id="pixel", coupon="", value=0, currency="")
    told = tell(
        HIT, Fate([row], []), zone="Europe/Berlin", now=NOW, final_at=None, accounts=[_account(page)]
    )  # fmt: skip
    fields = dict(told.record)
    assert (fields["Coupon"], fields["Event id"], fields["Page"]) == ("TEN", "pixel", "shop.example/danke")
    assert dict(told.visitor)["Country"] == "Germany" and told.strip[0][0] == "€133.90"


def test_a_record_that_the_event_is_no_copy_of_says_nothing_about_it() -> None:
    other = a_copy(1, order_id="NL-48213", event_id="pixel")
    told = tell(
        HIT, Fate([an_event()], []), zone="Europe/Berlin", now=NOW, final_at=None, accounts=[_account(other)]
    )  # fmt: skip
    assert "Coupon" not in dict(told.record)


def test_an_order_that_only_browsers_told_waits_for_the_server_that_tells_every_one() -> None:
    copy = a_copy(1, order_id="A", value=500, currency="EUR")
    event = an_event(hit=copy.hit, n=copy.n, order_id="A")
    since_ms, shelf = round(copy.at.timestamp() * 1000), MemoryShelf()
    count([copy], shelf=shelf)
    (body,) = shelf.bodies.values()

    def third_of_the_strip(now: datetime, since_ms: int) -> str:
        fate, accounts = Fate([event], []), [account_of(read_record(body))]
        told = tell("A", fate, zone="UTC", now=now, final_at=None, accounts=accounts, every_order_since_ms=since_ms)
        return " ".join(told.strip[2])

    day = timedelta(days=1)
    assert third_of_the_strip(copy.at + day, since_ms).startswith("Browser only counts for a day")
    assert third_of_the_strip(copy.at + 2 * day, since_ms).startswith("Unconfirmed")
    for never in (0, since_ms + 1):
        assert third_of_the_strip(copy.at + 2 * day, never) == "Browser only your server has not reported it"
