"""The E-mail page."""

from __future__ import annotations

import csv
import io

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.mail.tokens import TRAP_LINK
from onebyone.reports.mail import Sent, figures
from onebyone.state.mail import Message, Mode, NewRecipient
from onebyone.web.mail_table import kinds, shares, stacked
from web.fakes import Place
from web.mails import NOW_MS, add_mails, seen_of
from web.pages import form_secret

Client = TestClient[Litestar]


def test_raw_and_adjusted_stand_side_by_side(place: Place, admin: Client) -> None:
    add_mails(place)
    html = admin.get(f"/s/{place.site.id}/email").text
    for text in ("Open rate, adjusted", "Open rate, raw", "Click-to-delivered", "Not measurable", "November letter"):
        assert text in html
    assert html.index("Click-to-delivered") < html.index("Open rate")
    assert "51.7%" in html


def test_a_site_without_messages_is_told_how_to_make_one(place: Place, admin: Client) -> None:
    html = admin.get(f"/s/{place.site.id}/email").text
    assert "No message was made in this period." in html and "onebyone email instrument" in html


def test_a_store_that_is_down_is_said(place: Place, admin: Client) -> None:
    add_mails(place)
    place.reports.down.add("mail_messages")
    assert "The store does not answer" in admin.get(f"/s/{place.site.id}/email").text
    for report in ("mail_messages", "mail_orders"):
        place.reports.down = {report}
        assert [admin.get(f"/s/{place.site.id}/email.{form}").status_code for form in ("csv", "parquet")] == [503] * 2


def test_the_file_holds_raw_values(place: Place, admin: Client) -> None:
    add_mails(place)
    rows = list(csv.DictReader(io.StringIO(admin.get(f"/s/{place.site.id}/email.csv").text)))
    newest = {row["name"]: row for row in rows}["November letter"]
    assert (newest["delivered"], newest["measurable"], newest["clickers"]) == ("1340", "600", "88")
    assert newest["unmeasurable"] == str(300 + 40 + 371) and newest["orders"] == "14"
    assert float(newest["open_rate"]) == pytest.approx(310 / 600, abs=1e-6)


def test_the_other_file_holds_the_same_in_types(place: Place, admin: Client) -> None:
    add_mails(place)
    answer = admin.get(f"/s/{place.site.id}/email.parquet")
    assert answer.headers["content-type"] == "application/vnd.apache.parquet" and "November letter" in answer.text
    head = admin.get(f"/s/{place.site.id}/email.csv").text.splitlines()[0]
    assert ",".join(kinds()) == head


def test_the_bands_of_a_bar_add_up() -> None:
    row = {"all_openers": 870, "openers": 341, "apple_only": 371, "opens_by_machines": 520, "opens_unclear": 40}
    parts = shares(row, figures(row, Sent(1_000, 300, 40)))
    assert sum(parts) == pytest.approx(1) and min(parts) >= 0
    assert stacked(parts).count("<rect") == len([part for part in parts if part > 0])
    assert shares({}, figures({}, Sent())) == [0.0] * 5


def test_a_message_that_saw_more_than_it_was_sent_stays_within_its_bounds() -> None:
    row = {"all_openers": 9, "openers": 9, "measured_openers": 9, "clickers": 9, "apple_recipients": 1, "apple_only": 5}
    its = figures(row, Sent(full=3))
    assert its.open_rate == 1.0 and its.click_rate == 1.0 and its.raw_rate == 1.0
    assert sum(shares(row, its)) == pytest.approx(1)


def add_reader(place: Place, *, mode: Mode = Mode.FULL, user_id: str = "") -> str:
    """One recipient of a message with two links; the id, hexadecimal."""
    message = Message(
        id=f"{9:032x}", site=place.site.id, name="Spring", made_ms=NOW_MS, links=("https://shop.example/lamps?u=7",)
    )
    place.mail.add_message(message)
    person = NewRecipient(ref="ann@post.example", mode=mode, user_id=user_id, sent_ms=NOW_MS, domain="post.example")
    (made,) = place.mail.add_recipients(message, [person], now_ms=NOW_MS)
    return made.id.hex()


def test_a_message_names_those_of_whom_something_was_seen(place: Place, admin: Client) -> None:
    add_mails(place)
    reader, message = add_reader(place), f"{9:032x}"
    counts = {"human_opens": 2, "other_opens": 1, "human_clicks": 1, "other_clicks": 0, "visits": 1, "leaves": 0}
    rows = [{"recipient": one, "last_at": "2026-11-20T09:00:00.000Z"} | counts for one in (reader, "ab" * 16)]
    place.reports.answers["mail_recipients"] = lambda params: rows if params["message"] == message else []
    assert f"/email/messages/{message}" in admin.get(f"/s/{place.site.id}/email").text
    html = admin.get(f"/s/{place.site.id}/email/messages/{message}").text
    assert f"/email/recipients/{reader}" in html and "ann@post.example" in html
    assert "abababab" not in html, "who was erased is not there"
    assert "Nothing was seen of anybody" in admin.get(f"/s/{place.site.id}/email/messages/{1:032x}").text
    assert admin.get(f"/s/{place.site.id}/email/messages/{77:032x}").status_code == 404
    assert admin.get(f"/s/{place.site.id}/email/messages/x").status_code == 404


def test_a_recipient_has_a_timeline_with_the_verdicts_and_why(place: Place, admin: Client) -> None:
    reader = add_reader(place, user_id="u-7")
    place.reports.answers["recipient_events"] = lambda params: [
        seen_of(reader, "email_click", "human", "click.engaged", link="0"),
        seen_of(reader, "email_click", "machine_scanner", "click.trap", link=str(TRAP_LINK)),
        seen_of(reader, "email_open", "machine_prefetch", "ua.apple_mpp", repeats="3"),
        seen_of(reader, "email_open", "human_proxied", "ua.gmail_proxy", flags=["forwarded_likely"]),
        seen_of(reader, "page_view", "human", host="shop.example", path="/lamps", browser="7"),
        seen_of(reader, "email_unsubscribe", "human", wants="leave"),
    ]
    html = admin.get(f"/s/{place.site.id}/email/recipients/{reader}").text
    for text in (
        "“Spring” was sent", "Clicked: shop.example/lamps", "the link nobody can see", "Image of “Spring” loaded",
        "Opened “Spring”", "page_view on shop.example/lamps", "Unsubscribed", "repeated 3 times", "80% sure",
    ):  # fmt: skip
        assert text in html, text
    assert "u=7" not in html, "a link's query may say who it was for"
    assert f"/s/{place.site.id}/people/" in html and "/fate/0190b0de" in html
    (asked,) = [params for name, params in place.reports.asked if name == "recipient_events"]
    assert asked["recipients"] == [reader]


@pytest.mark.parametrize("mode", [Mode.AGGREGATE, Mode.HYGIENE, Mode.OFF])
def test_where_consent_does_not_allow_it_a_recipient_is_joined_to_nobody(
    place: Place, admin: Client, mode: Mode
) -> None:
    html = admin.get(f"/s/{place.site.id}/email/recipients/{add_reader(place, mode=mode, user_id='u-7')}").text
    assert "Joined to nobody" in html and f"/s/{place.site.id}/people/" not in html


def test_an_address_is_shown_to_admins_alone_and_found_without_being_in_one(
    place: Place, admin: Client, viewer: Client
) -> None:
    reader = add_reader(place)
    here = f"/s/{place.site.id}/email"
    assert "ann@post.example" in admin.get(f"{here}/recipients/{reader}").text
    assert "ann@post.example" not in viewer.get(f"{here}/recipients/{reader}").text
    find = f"{here}/messages/{9:032x}/find"
    secret = form_secret(admin, f"{here}/messages/{9:032x}")
    found = admin.post(find, data={"ref": "ann@post.example", "_csrf": secret}, follow_redirects=False)
    assert (found.status_code, found.headers["location"]) == (303, f"{here}/recipients/{reader}")
    assert "Nobody of this message" in admin.post(find, data={"ref": "bob", "_csrf": secret}).text
    assert admin.get(f"{here}/recipients/{'00' * 16}").status_code == 404
    assert admin.get(f"{here}/recipients/nothing").status_code == 404
