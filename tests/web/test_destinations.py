"""Destinations: set up, stopped, tried, sent again; and nothing secret or personal on any page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace

from onebyone.destinations.all import ALL
from onebyone.destinations.destination import Refusal
from onebyone.destinations.gate import Withheld
from onebyone.destinations.intake import Plan
from onebyone.state.deliveries import Delivery, State
from onebyone.state.destinations import Configured
from onebyone.web import delivery_words as words
from onebyone.web.delivery_said import said_by
from onebyone.web.delivery_words import FIELDS
from web.fakes import Place
from web.month import NOW

Client = TestClient[Litestar]
NOW_MS = int(NOW.timestamp() * 1000)


def form(client: Client, address: str, **fields: str) -> Any:
    found = re.search(r'name="_csrf" value="([^"]+)"', client.get(address).text)
    assert found is not None, address
    return {"_csrf": found[1], **fields}


def set_up(place: Place, name: str = "meta", **given: Any) -> Configured:
    settings = {"meta": {"pixel_id": "123"}, "tiktok": {"pixel_code": "C"}}[name]
    one = Configured(site=place.site.id, name=name, settings=dict(settings), created_ms=NOW_MS)
    return place.destinations.put(replace(one, **given), {"access_token": "EAAB-very-secret-9xyz"})


def delivered(place: Place, number: int, state: State, cause: str = "", **given: Any) -> Delivery:
    one = Delivery(
        site=place.site.id, destination="meta", conversion=f"{number:032x}", first_day="2026-11-12", state=state,
        cause=cause, due_ms=NOW_MS, queued_ms=NOW_MS - 1000, at_ms=NOW_MS - number, name="purchase",
        event_id=f"purchase:NL-{number}", order_id=f"NL-{number}", **given,
    )  # fmt: skip
    place.deliveries.put([one])
    return one


def test_a_token_is_pasted_and_never_shown_again(admin: Client, place: Place) -> None:
    here = f"/s/{place.site.id}/destinations/meta/setup"
    sent = form(admin, here, pixel_id="8842", access_token="EAAB-very-secret-9xyz", _mode="both", _suspect="on")
    answer = admin.post(here.replace("setup", "save"), data=sent, follow_redirects=True)
    assert answer.status_code == 200 and "Meta" in answer.text
    assert place.destinations.secrets(place.destinations.all()[0]) == {"access_token": "EAAB-very-secret-9xyz"}
    for address in ("", "/meta", "/meta/setup"):
        text = admin.get(f"/s/{place.site.id}/destinations{address}").text
        assert "very-secret" not in text
    assert "ends in …9xyz" in text
    admin.post(here.replace("setup", "save"), data=form(admin, here, pixel_id="9999", access_token=""))
    one = place.destinations.find(place.site.id, "meta")
    assert one is not None and one.settings["pixel_id"] == "9999"
    assert place.destinations.secrets(one)["access_token"].endswith("9xyz")


@pytest.mark.parametrize(("name", "may"), [("meta", True), ("linkedin", False), ("ga4", False)])
def test_limited_use_is_ticked_where_a_platform_has_a_flag_for_it(
    admin: Client, place: Place, name: str, may: bool
) -> None:
    here = f"/s/{place.site.id}/destinations/{name}/setup"
    assert ('name="_limited"' in admin.get(here).text) is may
    said = {"meta": {"pixel_id": "1", "access_token": "t"}, "ga4": {"measurement_id": "G-1", "api_secret": "s"}}
    said["linkedin"] = {"access_token": "t"}
    admin.post(here.replace("setup", "save"), data=form(admin, here, **said[name], _limited="on"))
    assert place.destinations.all()[0].limited_use is may
    if may:
        admin.post(here.replace("setup", "save"), data=form(admin, here, **said[name]))
        assert not place.destinations.all()[0].limited_use


@pytest.mark.parametrize("name", list(ALL))
def test_every_destination_has_a_form_in_which_each_field_is_explained(admin: Client, place: Place, name: str) -> None:
    text = admin.get(f"/s/{place.site.id}/destinations/{name}/setup").text
    for field in ALL[name].settings.__struct_fields__:
        assert field in FIELDS and f'name="{field}"' in text, field


def test_what_is_wrong_with_the_settings_is_said(admin: Client, place: Place) -> None:
    here = f"/s/{place.site.id}/destinations/x/setup"
    answer = admin.post(here.replace("setup", "save"), data=form(admin, here, pixel_token="secret"))
    assert answer.status_code == 400 and "pixel_id" in answer.text and place.destinations.all() == []


def test_every_row_adds_up(admin: Client, place: Place) -> None:
    set_up(place)
    for number, state in enumerate(State):
        delivered(place, number, state)
    text = admin.get(f"/s/{place.site.id}/destinations/meta").text
    assert f"{len(State)} conversions" in text and "balances" in text


def test_a_stopped_one_is_a_banner_with_its_cause_and_the_button(admin: Client, place: Place) -> None:
    set_up(place, stopped="190.463", stopped_ms=NOW_MS)
    delivered(place, 1, State.RETRYING)
    text = admin.get(f"/s/{place.site.id}/destinations").text
    assert "Meta refuses the credentials (190.463)" in text and "1 conversion waits, none is lost" in text
    assert "Replace token" in text
    here = f"/s/{place.site.id}/destinations/meta"
    admin.post(f"{here}/switch", data=form(admin, here, to="on"))
    assert place.destinations.all()[0].running


def test_refused_ones_are_listed_by_cause_and_sent_again(admin: Client, place: Place) -> None:
    set_up(place)
    delivered(place, 1, State.REFUSED, "100.2804003")
    delivered(place, 2, State.NOT_ALLOWED, Withheld.CONSENT)
    here = f"/s/{place.site.id}/destinations/meta"
    text = admin.get(here).text
    assert "Event older than Meta takes" in text and "Not allowed by the person" in text
    admin.post(f"{here}/resend", data=form(admin, here, state="refused"))
    assert [one.state for one in place.deliveries.find(states=(State.WAITING,))] == [State.WAITING]


def test_one_delivery_or_those_of_one_cause_are_sent_again_alone(admin: Client, place: Place) -> None:
    set_up(place)
    said = {"status": 400, "code": "7", "body": '{"error": {"message": "Currency EU is no currency"}}'}
    for number in (1, 2):
        delivered(place, number, State.REFUSED, "7", answer=json.dumps(said))
    delivered(place, 3, State.REFUSED, "8")
    delivered(place, 4, State.NOT_ELIGIBLE, Refusal.TOO_OLD)
    here = f"/s/{place.site.id}/destinations/meta"
    text = admin.get(here).text
    assert (
        "Meta says: “Currency EU is no currency”" in text and "Send these 2 again" in text and "Send it again" in text
    )
    assert "Send again: NL-1" in text and "Send again: NL-4" not in text  # nobody makes it younger
    one = place.deliveries.find(conversion=f"{1:032x}")[0]
    sent = form(admin, here, state="refused", conversion=one.conversion)
    assert "1 waits again and leaves within seconds." in admin.post(f"{here}/resend", data=sent).text
    assert [each.order_id for each in place.deliveries.find(states=(State.WAITING,))] == ["NL-1"]
    admin.post(f"{here}/switch", data=form(admin, here, to="off"))
    sent = form(admin, here, state="refused", cause="8")
    assert "1 waits again, until this destination is resumed." in admin.post(f"{here}/resend", data=sent).text
    assert {each.order_id for each in place.deliveries.find(states=(State.WAITING,))} == {"NL-1", "NL-3"}
    assert admin.post(f"{here}/resend", data=form(admin, here, state="accepted")).status_code == 404


def test_what_waits_is_said_with_when_it_leaves_and_why(admin: Client, place: Place) -> None:
    set_up(place)
    delivered(place, 1, State.SETTLING)
    delivered(place, 2, State.RETRYING, "http_503")
    delivered(place, 3, State.ACCEPTED, marks='["partly_failed"]', sent_ms=NOW_MS - 400, answered_ms=NOW_MS)
    here = f"/s/{place.site.id}/destinations/meta"
    text = admin.get(here).text
    assert "the next leaves at 14:32:06" in text and "the next attempt is at 14:32:06" in text
    assert "taken in 400 ms, taken in part" in text and "among the accepted" in text
    admin.post(f"{here}/switch", data=form(admin, here, to="off"))
    assert 'waiting</span></span><span class="mut">, until you resume' in admin.get(here).text
    assert "Nothing yet" not in text and "None stand so" in admin.get(f"{here}?show=refused").text


def test_limits_are_typed_in_their_units_and_an_empty_one_is_the_platforms(admin: Client, place: Place) -> None:
    set_up(place)
    here = f"/s/{place.site.id}/destinations/meta/setup"
    fields = {"pixel_id": "1", "_settle_s": "10", "_max_age_s": "3", "_max_batch": "", "_requests_per_minute": "60"}
    admin.post(here.replace("setup", "save"), data=form(admin, here, **fields))
    (one,) = place.destinations.all()
    assert (one.settle_s, one.max_age_s, one.max_batch, one.requests_per_minute) == (600, 3 * 86_400, 0, 60)
    text = admin.get(here).text
    assert 'name="_settle_s" type="text" value="10"' in text and "Empty: 1,000, as published" in text
    wrong = admin.post(here.replace("setup", "save"), data=form(admin, here, **fields | {"_max_batch": "many"}))
    assert (
        wrong.status_code == 400 and "write a whole number, or nothing" in wrong.text and 'value="many"' in wrong.text
    )
    admin.post(here.replace("setup", "save"), data=form(admin, here, **fields | {"_settle_s": ""}))
    assert place.destinations.all()[0].settle_s == 360


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            '{"error": {"message": "(#100) Invalid parameter", "error_user_msg": "The time is too old."}}',
            "The time is too old.",
        ),
        ('{"errors": [{"code": "X", "message": "pixel id is wrong"}]}', "pixel id is wrong"),
        ('{"events": [{"status": "failed", "error_message": "em is no hash"}]}', "em is no hash"),
        ('{"error": "invalid_grant"}', ""),
        ("<html><body>Bad gateway</body></html>", ""),
        ("upstream unavailable", "upstream unavailable"),
        ('{"cut off', ""),
        ("", ""),
    ],
)
def test_an_answer_is_told_in_the_platforms_own_words(body: str, said: str) -> None:
    assert said_by(json.dumps({"status": 400, "code": "", "body": body})) == said


def test_a_test_that_would_count_is_sent_only_if_that_was_ticked(admin: Client, place: Place) -> None:
    set_up(place)
    here = f"/s/{place.site.id}/destinations/meta"
    text = admin.post(f"{here}/test", data=form(admin, here)).text
    assert "cannot check without counting" in text and place.tried == []
    text = admin.post(f"{here}/test", data=form(admin, here, counted="on")).text
    assert "The credentials work" in text and len(place.tried) == 1
    assert "very-secret" not in text


def test_a_range_is_sent_again_after_saying_what_would_happen(admin: Client, place: Place) -> None:
    set_up(place)
    place.plan = Plan(untouched=7, too_old=3)
    here = f"/s/{place.site.id}/destinations/meta"
    days = {"from": "2026-11-01", "to": "2026-11-12"}
    text = admin.post(f"{here}/replay", data=form(admin, here, do="look", **days)).text
    assert "Nothing was done yet" in text and "3 are too old" in text and place.destinations.orders() == []
    admin.post(f"{here}/replay", data=form(admin, here, do="send", **days))
    (asked,) = place.destinations.orders()
    assert asked.again.to_ms - asked.again.from_ms == 12 * 86_400_000


def test_a_viewer_reads_and_changes_nothing(viewer: Client, place: Place) -> None:
    set_up(place)
    here = f"/s/{place.site.id}/destinations"
    assert viewer.get(here).status_code == viewer.get(f"{here}/meta").status_code == 200
    assert viewer.get(f"{here}/meta/setup").status_code == 403
    assert "Pause" not in viewer.get(f"{here}/meta").text


def test_every_state_and_cause_has_its_words() -> None:
    assert set(words.STATES) == set(State)
    assert {*Refusal, *Withheld} <= set(words.CAUSES)
    for one in (*words.STATES.values(), *words.CAUSES.values(), *words.STOPS.values(), *words.MARKS.values()):
        assert one.title and one.happened.endswith(".") and one.to_do.endswith(".")
    assert words.of_cause("http_503", "X").to_do.startswith("Nothing to do")
    assert words.of_stop("all_refused:100", "X").title == "X refuses everything"


@pytest.mark.parametrize(
    ("accepted", "alone", "said"),
    [
        (320, 70, "+28.0%</strong>: no browser reported 70 of 320"),
        (166, 0, "Nothing: a browser reported each of 166."),
        (9, 9, "Everything: no browser reported any of 9."),
    ],
)
def test_what_it_adds_is_what_no_browser_reported(
    admin: Client, place: Place, accepted: int, alone: int, said: str
) -> None:
    set_up(place)
    row = {"destination": "meta", "accepted": accepted, "server_alone": alone}
    place.reports.answers["delivery_gain"] = lambda params: [row | {"destination": "tiktok"}, row]
    assert said in admin.get(f"/s/{place.site.id}/destinations/meta").text
