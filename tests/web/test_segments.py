"""Segments of what people did: built in rows, written as a text, kept, used by every page that takes them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given

from onebyone.reports.segment.read import read
from onebyone.reports.segment.rule import Did, Predicate, Rule
from onebyone.reports.segment.tokens import RuleUnreadable
from onebyone.reports.segment.write import in_line, write
from onebyone.state.saved import Saved
from onebyone.state.segment_sizes import Size
from onebyone.web.pages.segments import EXAMPLES
from onebyone.web.segment_days import digest_of
from onebyone.web.segment_form import Row, rows_of, rule_of
from reports.segment.rules import rules
from web.conftest import Client
from web.fakes import Place
from web.pages import form_secret
from web.test_filters import filters_of

BOUGHT = "people who\n  did purchase at least 2 times in the last 90 days\n  and did not refund"
NESTED = "people who did a and (did b or (did c and did d))"


def kept(place: Place, text: str = BOUGHT) -> Saved:
    return place.shelf.add(
        Saved(site=place.site.id, kind="segment", slug="", name="Buyers", by="u", by_name="lea", rule=text)
    )


def fields(*rows: Row) -> dict[str, str | list[str]]:
    """As a form sends rows."""
    columns = {name: [str(getattr(row, name)) for row in rows] for name in Row.__struct_fields__}
    return {**columns, "from": "rows", "join": "all"}


def send(client: Client, place: Place, what: str, form: dict[str, str | list[str]]) -> tuple[int, str]:
    secret = form_secret(client)
    answer = client.post(f"/s/{place.site.id}/segments/{what}", data={"_csrf": secret, **form})
    return answer.status_code, re.sub(r"\s+", " ", answer.text)


def list_of(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


TWICE = Row(event="purchase", number="2", window="last", one="90")
NO_REFUND = Row(event="refund", verb="not")


def test_rows_are_counted_one_by_one_and_in_all(place: Place, admin: Client) -> None:
    status, html = send(admin, place, "check", fields(TWICE, NO_REFUND, Row()))
    assert status == 200
    assert filters_of(place, "segment_sizes") == [BOUGHT]
    assert "1,204 people are in it now, 3.8% of the 31,877 seen in 540 days." in html
    assert re.findall(r'<p class="found"><b class="n">([\d,]+)</b>', html) == ["1,515", "1,826"]
    assert "did purchase at least 2 times in the last 90 days and did not refund" in html


def test_rows_of_a_group_are_joined_the_other_way_and_stand_together(place: Place, admin: Client) -> None:
    rows = (Row(event="a", group="1"), Row(event="b"), Row(event="c", group="1"))
    send(admin, place, "check", fields(*rows))
    assert filters_of(place, "segment_sizes") == ["people who\n  (\n    did a\n    or did c\n  )\n  and did b"]
    send(admin, place, "check", {**fields(*rows), "join": "any"})
    assert filters_of(place, "segment_sizes") == ["people who\n  (\n    did a\n    and did c\n  )\n  or did b"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (Row(event="purchase", number="many"), "Row 2: Write how many times"),
        (Row(event="purchase", window="last", one="900"), "Row 2: Write how many days, a number from 1 to 540."),
        (Row(event="purchase", field="country"), "Row 2: Nothing is in the quotes."),
        (
            Row(event="purchase", window="between", one="2026-11-02", two="2026-11-01"),
            "Row 2: The first day comes first",
        ),
        (Row(event="purchase", field="property", op="is", values="gold"), "Row 2: Nothing is in the quotes."),
        (Row(event="x" * 501), "Row 2: A value has at most 500 letters"),
    ],
)
def test_a_row_that_says_nothing_clear_is_named(place: Place, admin: Client, row: Row, says: str) -> None:
    status, html = send(admin, place, "check", fields(TWICE, row))
    assert status == 400 and says in html
    assert 'value="purchase"' in html or "xxx" in html  # what was typed still stands there


def test_a_row_says_who_lapsed_and_who_did_not(place: Place, admin: Client) -> None:
    lapsed = Row(event="purchase", window="lapsed", one="30", two="180")
    send(admin, place, "check", fields(lapsed, Row(event="refund", verb="not", window="lapsed", one="3", two="9")))
    first = "did purchase at least 1 times 30 to 180 days ago but not in the last 30 days"
    said = f"people who {first} and not did refund 3 to 9 days ago but not in the last 3 days"
    assert filters_of(place, "segment_sizes") == [write(read(said))]


def test_what_a_row_holds_is_never_more_than_a_value(place: Place, admin: Client) -> None:
    hostile = '" or did anything or did "x'
    send(admin, place, "check", fields(Row(event=hostile, field="page", values=hostile)))
    text = str(list_of(filters_of(place, "segment_sizes"))[0])
    rule = read(text)
    assert rule == Did(hostile, (Predicate("page", "is", (hostile,)),))


def test_a_text_is_read_shown_as_rows_and_told_where_it_is_wrong(place: Place, admin: Client) -> None:
    status, html = send(admin, place, "check", {"from": "text", "text": BOUGHT})
    assert status == 200 and 'value="refund"' in html and 'value="90"' in html
    status, html = send(admin, place, "check", {"from": "text", "text": "people who did purchase\n  at last 2 times"})
    assert status == 400 and "At line 2, letter 3:" in html and "at last 2 times</textarea>" in html


def test_a_rule_that_rows_cannot_say_stays_a_text_with_its_counts(place: Place, admin: Client) -> None:
    status, html = send(admin, place, "check", {"from": "text", "text": NESTED})
    assert status == 200 and "this rule says more than rows can show" in html
    assert html.count('<td class="n">') == 4


def test_a_segment_is_kept_changed_in_place_and_both_are_in_the_trail(place: Place, admin: Client) -> None:
    status, html = send(admin, place, "save", {**fields(TWICE, NO_REFUND), "name": "Buyers"})
    assert status == 200 and "Saved." in html
    send(admin, place, "save", {"from": "text", "text": "people who did sign_up", "name": "New ones", "slug": "buyers"})
    (one,) = place.shelf.all(place.site.id)
    assert (one.slug, one.name, one.rule) == ("buyers", "New ones", "people who\n  did sign_up")
    assert [line.what for line in place.users.trail(place.site.id)] == ["segment_changed", "segment_saved"]


def test_a_viewer_counts_and_keeps_nothing(place: Place, viewer: Client) -> None:
    assert send(viewer, place, "check", fields(TWICE))[0] == 200
    assert send(viewer, place, "save", {**fields(TWICE), "name": "Buyers"})[0] == 403
    assert send(viewer, place, "check", {**fields(TWICE), "_csrf": "0"})[0] == 403
    assert place.shelf.all(place.site.id) == []


def test_a_rule_without_a_name_or_of_another_site_is_not_kept(place: Place, admin: Client) -> None:
    assert send(admin, place, "save", {**fields(TWICE), "name": " "})[0] == 400
    assert send(admin, place, "save", {**fields(TWICE), "name": "x", "slug": "of-others"})[0] == 404
    filters = Saved(
        site=place.site.id, kind="segment", slug="", name="Old", by="u", by_name="lea", filters=("device=phone",)
    )
    place.shelf.add(filters)
    assert send(admin, place, "save", {**fields(TWICE), "name": "x", "slug": "old"})[0] == 404
    assert [one.rule for one in place.shelf.all(place.site.id)] == [""]


@pytest.mark.parametrize("page", ["overview", "acquisition", "people", "funnels", "retention", "conversions", "events"])
def test_pages_take_it_wherever_they_take_what_somebody_did(place: Place, admin: Client, page: str) -> None:
    kept(place)
    answer = admin.get(f"/s/{place.site.id}/{page}?segment=buyers&device=phone")
    assert answer.status_code == 200
    asked = [params["filters"] for _, params in place.reports.asked if "filters" in params]
    assert asked and all(filters == ["device=phone", BOUGHT] for filters in asked)
    assert "People who did purchase at least 2 times in the last 90 days and did not refund" in answer.text


@pytest.mark.parametrize("page", ["loss", "consent", "live", "traffic", "populations"])
def test_other_pages_refuse_the_whole_of_it_in_words(place: Place, admin: Client, page: str) -> None:
    kept(place)
    answer = admin.get(f"/s/{place.site.id}/{page}?segment=buyers")
    assert answer.status_code == 400
    assert "narrows by what people did, which does not narrow this page" in answer.text


def test_a_segment_that_can_no_longer_be_read_narrows_nothing(place: Place, admin: Client) -> None:
    kept(place, "people who dance")
    assert admin.get(f"/s/{place.site.id}/overview?segment=buyers").status_code == 400
    assert "no longer known" in admin.get(f"/s/{place.site.id}/saved").text


def test_the_page_of_a_person_tells_why_they_are_in(place: Place, admin: Client) -> None:
    kept(place)
    person = "3672583452883726997"
    html = admin.get(f"/s/{place.site.id}/people/{person}?segment=buyers").text
    assert place.reports.asked_of("segment_why")["person"] == person
    assert "In “Buyers”." in html
    assert "3 times, 3 Oct 15:32 to 10 Nov 14:32" in html and "nothing of it" in html
    people = admin.get(f"/s/{place.site.id}/people?segment=buyers").text
    assert f"/people/{person}?segment=buyers#why" in people


def test_the_api_lists_segments_and_counts_one(place: Place, admin: Client) -> None:
    kept(place)
    base = f"/api/v1/sites/{place.site.id}/segments"
    assert admin.get(base).json() == [{"slug": "buyers", "name": "Buyers", "filters": [], "rule": BOUGHT}]
    found = admin.get(f"{base}/buyers").json()
    assert (found["people"], found["everybody"]) == (1204, 31877)
    assert [part["people"] for part in found["parts"]] == [1515, 1826]
    assert admin.get(f"{base}/none").status_code == 404


@given(rules)
def test_rows_that_can_say_a_rule_say_that_rule(rule: Rule) -> None:
    try:
        read(write(rule))
    except RuleUnreadable:
        return  # deeper than a rule may be
    found = rows_of(rule)
    assert found is None or rule_of(*found) == rule


def in_buyers(place: Place, name: str = "Lapsed", slug: str = "buyers") -> Saved:
    text = f'people who\n  are in segment "{slug}"\n  and did not page_view in the last 30 days'
    return place.shelf.add(
        Saved(site=place.site.id, kind="segment", slug="", name=name, by="u", by_name="lea", rule=text)
    )


def test_a_segment_of_a_segment_is_asked_with_what_that_says_now(place: Place, admin: Client) -> None:
    kept(place)
    in_buyers(place)
    html = admin.get(f"/s/{place.site.id}/segments/lapsed").text
    said = str(list_of(filters_of(place, "segment_sizes"))[0])
    assert in_line(read(said)).startswith(
        'are in segment "buyers" (did purchase at least 2 times in the last 90 days and'
    )
    assert '<option value="in" selected>' in html and html.count('<p class="found">') == 2
    admin.get(f"/s/{place.site.id}/overview?segment=lapsed")
    asked = [params["filters"] for _, params in place.reports.asked if "filters" in params]
    assert asked[-1] == [said]
    rows = fields(Row(verb="in", event="buyers"), Row(verb="out", event="lapsed"))
    send(admin, place, "save", {**rows, "name": "Both"})
    assert place.shelf.all(place.site.id)[0].rule == (
        'people who\n  are in segment "buyers"\n  and are not in segment "lapsed"'
    )


@pytest.mark.parametrize(
    ("text", "slug", "says"),
    [
        ('people who are in segment "buyer"', "", "There is no segment “buyer”. Did you mean “buyers”?"),
        ('people who are in segment "lapsed"', "buyers", "in a circle: “buyers” → “lapsed” → “buyers”"),
        ('people who are in segment "phones"', "", "holds filters of pages and no rule"),
    ],
)
def test_a_reference_that_cannot_be_asked_is_told_and_not_kept(
    place: Place, admin: Client, text: str, slug: str, says: str
) -> None:
    kept(place)
    in_buyers(place)
    of_filters = Saved(
        site=place.site.id, kind="segment", slug="", name="Phones", by="u", by_name="lea", filters=("device=phone",)
    )
    place.shelf.add(of_filters)
    for what in ("check", "save"):
        status, html = send(admin, place, what, {"from": "text", "text": text, "name": "x", "slug": slug})
        assert (status, says in html) == (400, True)
    assert len(place.shelf.all(place.site.id)) == 3 and place.shelf.all(place.site.id)[0].rule == BOUGHT


def test_a_segment_of_one_that_was_removed_says_so_on_every_page(place: Place, admin: Client) -> None:
    first = kept(place)
    in_buyers(place)
    place.shelf.remove(first, 1)
    answer = admin.get(f"/s/{place.site.id}/overview?segment=lapsed")
    assert answer.status_code == 400
    assert "The segment “Lapsed” cannot be asked. The segment “buyers” was removed" in answer.text
    assert f"/s/{place.site.id}/segments/lapsed" in answer.text
    assert "was removed: put it back" in admin.get(f"/s/{place.site.id}/segments/lapsed").text
    assert [one["slug"] for one in admin.get(f"/api/v1/sites/{place.site.id}/segments").json()] == []


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_is_read_and_counted(place: Place, admin: Client, number: int) -> None:
    html = admin.get(f"/s/{place.site.id}/segments?example={number}").text
    assert filters_of(place, "segment_sizes") == [write(read(EXAMPLES[number][1]))]
    assert "people are in it now" in html


# Day by day -------------------------------------------------------------------------------------------------


def test_a_kept_segment_shows_its_people_day_by_day(place: Place, admin: Client) -> None:
    kept(place)
    page, api = f"/s/{place.site.id}/segments/buyers", f"/api/v1/sites/{place.site.id}/segments/buyers/days"
    assert "The days before are being counted" in admin.get(page).text
    assert admin.get(api).json() == []
    for n, people in enumerate((0, 900, None, 1_204)):
        size = Size(day=date(2026, 11, 8 + n), people=people, everybody=31_877 if n else 0)
        place.segment_sizes.put(place.site.id, digest_of(BOUGHT), size)
    html = re.sub(r"\s+", " ", admin.get(page).text)
    assert "1,204 at the end of Wed 11 Nov, 304 more than on Mon 9 Nov." in html
    assert "Sun 8 Nov" not in html, "nobody was seen by then"
    assert '<td>Tue 10 Nov</td><td class="n">–</td><td class="n">–</td>' in html
    assert admin.get(api).json()[-1] == {"day": "2026-11-11", "people": 1204, "everybody": 31877}
    assert admin.get(api.replace("buyers", "nobody")).status_code == 404


def test_a_rule_that_is_being_changed_has_no_days(place: Place, admin: Client) -> None:
    kept(place)
    status, html = send(admin, place, "check", fields(Row(event="refund")) | {"slug": "buyers"})
    assert status == 200 and "Day by day" not in html
