"""Mailings through the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.mail.tokens import Kind, Token
from onebyone.state import mail as tables
from onebyone.state.users import Role
from onebyone.web.mailing import ring_of
from web.fakes import Place
from web.month import NOW

Client = TestClient[Litestar]
NOW_MS = int(NOW.timestamp() * 1000)
HTML = '<html><body><a href="https://shop.example/x">Look</a> <a href="mailto:a@b.example">m</a></body></html>'


@pytest.fixture
def editor(place: Place, visitor: Client) -> Iterator[Client]:
    user = place.users.add("mailer", {place.site.id: Role.EDITOR}, sees=(place.site.id,))
    visitor.headers["authorization"] = f"Bearer {place.users.add_token(user.id, 'test', sees=True)}"
    yield visitor


def a_message(place: Place, editor: Client, **given: Any) -> dict[str, Any]:
    answer = editor.post(
        f"/api/v1/sites/{place.site.id}/mail/messages", json={"name": "News", "html": HTML, "sender": "mailgun"} | given
    )
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def recipients(place: Place, editor: Client, message: str, *people: object) -> list[dict[str, Any]]:
    path = f"/api/v1/sites/{place.site.id}/mail/messages/{message}/recipients"
    answer = editor.post(path, json={"recipients": list(people)})
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["recipients"]
    return rows


def test_a_message_comes_back_as_a_template(place: Place, editor: Client) -> None:
    made = a_message(place, editor)
    base = f"https://t.nordlight.example/{place.site.prefix}"
    assert made["base"] == base and made["links"] == ["https://shop.example/x"] and made["image"] == "added"
    assert f'href="{base}/v1/l/%recipient.ob_link_0%"' in made["html"]
    assert made["left"] == [{"offset": HTML.index("mailto"), "why": "not_http"}]
    assert made["headers"]["List-Unsubscribe"] == f"<{base}/v1/u/%recipient.ob_unsubscribe%>"


def test_recipients_get_tokens_that_are_theirs(place: Place, editor: Client) -> None:
    message = a_message(place, editor)["id"]
    (row,) = recipients(place, editor, message, {"ref": "p1", "email_opens": "granted", "user_id": "u1"})
    assert (row["status"], row["mode"]) == ("ok", "full")
    ring, known = ring_of(place.mail, now_ms=NOW_MS), place.mail.recipients(bytes.fromhex(message))[0]
    for kind, name in ((Kind.OPEN, "ob_open"), (Kind.CLICK, "ob_link_0"), (Kind.UNSUBSCRIBE, "ob_unsubscribe")):
        read = ring.read(row["variables"][name], kind, now_ms=NOW_MS)
        assert read == Token(kind, bytes.fromhex(message), known.id)


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        ({"email_opens": "granted"}, "full"),
        ({"region": "us"}, "full"),
        ({"region": "DE"}, "aggregate"),
        ({}, "aggregate"),
        ({"email_opens": "denied", "region": "US"}, "off"),
        ({"email_opens": "denied", "deliverability_only": True}, "hygiene"),
        ({"deliverability_only": True, "region": "US"}, "hygiene"),
    ],
)
def test_the_mode_is_what_was_said_or_what_the_region_allows(
    place: Place, editor: Client, said: dict[str, Any], mode: str
) -> None:
    (row,) = recipients(place, editor, a_message(place, editor)["id"], {"ref": "p1"} | said)
    assert row["mode"] == mode and ("ob_open" in row["variables"]) == (mode != "off")


def test_recipients_that_are_only_counted_share_one_open_token_a_day(place: Place, editor: Client) -> None:
    one, two = recipients(place, editor, a_message(place, editor)["id"], {"ref": "a"}, {"ref": "b"})
    assert one["variables"]["ob_open"] == two["variables"]["ob_open"]
    assert one["variables"]["ob_link_0"] != two["variables"]["ob_link_0"]


def test_one_bad_recipient_does_not_touch_the_others(place: Place, editor: Client) -> None:
    message = a_message(place, editor)["id"]
    rows = recipients(place, editor, message, {"ref": "a"}, {"ref": "x@y.example"}, 7, {"ref": "a"}, {"ref": ""})
    assert [row["status"] for row in rows] == ["ok", "invalid", "invalid", "duplicate", "invalid"]
    assert rows[0]["variables"] == rows[3]["variables"] and len(place.mail.recipients(bytes.fromhex(message))) == 1


def test_who_left_is_told_and_gets_no_token(place: Place, editor: Client) -> None:
    message = a_message(place, editor)["id"]
    recipients(place, editor, message, {"ref": "a"})
    known = place.mail.recipients(bytes.fromhex(message))[0]
    with place.engine.begin() as connection:
        tables.leave(connection, known, at_ms=NOW_MS)
    (row,) = recipients(place, editor, a_message(place, editor)["id"], {"ref": "a"})
    assert row["status"] == "unsubscribed" and "variables" not in row
    left = editor.get(f"/api/v1/sites/{place.site.id}/mail/unsubscribed").json()
    assert [one["ref"] for one in left] == ["a"]


def test_sent_and_bounced_make_delivered(place: Place, editor: Client) -> None:
    message = a_message(place, editor)["id"]
    recipients(place, editor, message, {"ref": "a"}, {"ref": "b"})
    path = f"/api/v1/sites/{place.site.id}/mail/messages/{message}"
    assert editor.post(f"{path}/sent", json={"refs": ["a", "b", "c"], "at": "2026-11-01T10:00:00Z"}).json() == {
        "recipients": 2
    }
    assert editor.post(f"{path}/bounced", json={"refs": ["b"]}).json() == {"recipients": 1}
    assert [one.recipients for one in place.mail.delivered(place.site.id)] == [1]


def test_a_withdrawal_reaches_what_was_sent(place: Place, editor: Client) -> None:
    message = a_message(place, editor)["id"]
    recipients(place, editor, message, {"ref": "a", "email_opens": "granted"})
    answer = editor.post(f"/api/v1/sites/{place.site.id}/mail/unmeasured", json={"refs": ["a"]})
    assert answer.json() == {"recipients": 1} and len(place.mail.silent_after(0)[1]) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": ""}, "name"),
        ({"name": "x", "sender": "pigeon"}, "sender"),
        ({"name": "x", "links": ["javascript:x"]}, "links"),
        ({"name": "x", "colour": 1}, "colour"),
    ],
)
def test_what_a_message_cannot_be_is_told(place: Place, editor: Client, body: dict[str, Any], said: str) -> None:
    answer = editor.post(f"/api/v1/sites/{place.site.id}/mail/messages", json=body)
    assert answer.status_code == 400 and said in answer.json()["detail"]


def test_only_who_may_edit_and_only_with_a_token(place: Place, admin: Client, visitor: Client) -> None:
    path = f"/api/v1/sites/{place.site.id}/mail/messages"
    assert admin.post(path, json={"name": "x"}).status_code == 403  # by the session of a page
    assert visitor.post(path, json={"name": "x"}).status_code == 401
    user = place.users.add("reader", {place.site.id: Role.VIEWER})
    visitor.headers["authorization"] = f"Bearer {place.users.add_token(user.id, 'test')}"
    assert visitor.post(path, json={"name": "x"}).status_code == 403


def test_a_message_of_another_site_is_unknown(place: Place, editor: Client) -> None:
    message = a_message(place, editor)["id"]
    other = place.sites.add("Other", ["https://other.example"])
    user = place.users.add("both", {place.site.id: Role.EDITOR, other.id: Role.EDITOR})
    editor.headers["authorization"] = f"Bearer {place.users.add_token(user.id, 'test')}"
    path = f"/api/v1/sites/{other.id}/mail/messages/{message}/recipients"
    assert editor.post(path, json={"recipients": [{"ref": "a"}]}).status_code == 404
