"""Coming in and going out."""

from __future__ import annotations

import re
from pathlib import Path

from litestar import Litestar
from litestar.testing import TestClient

from onebyone.state.users import TRIES
from web.fakes import Place
from web.pages import form_secret

Client = TestClient[Litestar]
PASSWORD = "correct horse battery"


def _by_password(client: Client, password: str, next_: str = "/") -> tuple[int, str]:
    secret = form_secret(client, "/login")
    data = {"_csrf": secret, "name": "admin", "password": password, "next": next_}
    answer = client.post("/login", data=data)
    return answer.status_code, answer.text


def test_the_printed_link_opens_a_session_and_goes_on_to_the_sites(place: Place, visitor: Client) -> None:
    link = place.users.make_link(place.users.first_admin().id)
    answer = visitor.get("/login", params={"token": link})
    assert '<meta http-equiv="refresh" content="0; url=/">' in answer.text
    assert "Nordlight" in visitor.get("/").text
    assert "Set a password" in visitor.get("/").text


def test_a_used_link_says_so(place: Place, visitor: Client) -> None:
    link = place.users.make_link(place.users.first_admin().id)
    place.users.follow_link(link)
    assert "used already" in visitor.get("/login", params={"token": link}).text


def test_a_link_that_is_fetched_ahead_still_works_when_it_is_clicked(place: Place, visitor: Client) -> None:
    link = place.users.make_link(place.users.first_admin().id)
    ahead = visitor.get("/login", params={"token": link}, headers={"sec-purpose": "prefetch;prerender"})
    assert ahead.status_code == 503
    assert visitor.get("/login", params={"token": link}).status_code == 200
    assert visitor.get("/").status_code == 200


def test_a_password_leads_to_the_whole_address_asked_for(place: Place, visitor: Client) -> None:
    place.users.set_password(place.users.first_admin().id, PASSWORD)
    status, text = _by_password(visitor, PASSWORD, "/s/x/overview?from=2026-10-14&to=2026-10-20")
    assert status == 200
    assert "url=/s/x/overview?from=2026-10-14&amp;to=2026-10-20" in text


def test_next_never_leaves_the_console(place: Place, visitor: Client) -> None:
    place.users.set_password(place.users.first_admin().id, PASSWORD)
    for outside in ("https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/\n/evil"):
        status, text = _by_password(visitor, PASSWORD, outside)
        assert status == 200 and 'url=/">' in text, outside


def test_a_wrong_password_is_told_and_then_made_to_wait(place: Place, visitor: Client) -> None:
    place.users.set_password(place.users.first_admin().id, PASSWORD)
    answers = [_by_password(visitor, "wrong") for _ in range(TRIES + 1)]
    assert answers[0][0] == 403 and "do not match" in answers[0][1]
    assert answers[-1][0] == 429 and "Try again in 15 min" in answers[-1][1]


def test_a_login_form_of_another_page_is_refused(place: Place, visitor: Client) -> None:
    place.users.set_password(place.users.first_admin().id, PASSWORD)
    data = {"_csrf": "forged", "name": "admin", "password": PASSWORD}
    assert visitor.post("/login", data=data).status_code == 403


def test_the_session_cookie_is_strict_and_out_of_reach_of_scripts(place: Place, visitor: Client) -> None:
    link = place.users.make_link(place.users.first_admin().id)
    cookie = visitor.get("/login", params={"token": link}).headers["set-cookie"]
    assert cookie.startswith("onebyone_console=")
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Secure" not in cookie


def test_away_from_loopback_the_cookie_is_secure(tmp_path: Path) -> None:
    place = Place(tmp_path, secure=True)
    client = TestClient(place.app(), base_url="https://console.example")
    link = place.users.make_link(place.users.first_admin().id)
    cookie = client.get("/login", params={"token": link}).headers["set-cookie"]
    place.engine.dispose()
    assert cookie.startswith("__Host-onebyone=") and "Secure" in cookie


def test_signing_out_ends_the_session(admin: Client) -> None:
    assert admin.post("/logout", data={"_csrf": form_secret(admin)}, follow_redirects=False).status_code == 303
    assert admin.get("/", follow_redirects=False).status_code == 303


def test_a_password_is_set_when_both_fields_agree_and_are_long_enough(place: Place, admin: Client) -> None:
    secret = form_secret(admin)
    differ = admin.post("/account/password", data={"_csrf": secret, "password": PASSWORD, "again": "other"})
    assert differ.status_code == 400 and "differ" in differ.text
    short = admin.post("/account/password", data={"_csrf": secret, "password": "short", "again": "short"})
    assert short.status_code == 400 and "10 characters" in short.text
    done = admin.post("/account/password", data={"_csrf": secret, "password": PASSWORD, "again": PASSWORD})
    assert done.status_code == 200
    assert isinstance(place.users.sign_in("admin", PASSWORD, "::1"), str)


def test_an_api_token_is_shown_once_and_can_be_revoked(place: Place, admin: Client) -> None:
    made = admin.post("/account/tokens", data={"_csrf": form_secret(admin), "name": "grafana"}).text
    found = re.search(r'id="made">(obo_api_[^<]+)<', made)
    assert found and place.users.find_token(found[1]) is not None
    page = admin.get("/account").text
    assert found[1] not in page and f"…{found[1][-4:]}" in page
    revoke = re.search(r'action="(/account/tokens/[^"]+/revoke)"', page)
    assert revoke
    admin.post(revoke[1], data={"_csrf": form_secret(admin)})
    assert place.users.find_token(found[1]) is None
