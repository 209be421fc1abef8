"""What went wrong is told within the site's menu, with what to do and a way back."""

from __future__ import annotations

import re

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from onebyone.state.users import Role
from web.conftest import come_in
from web.fakes import Place

Client = TestClient[Litestar]
CAME_FROM = "http://testserver.local/s/any/pages?period=7d"


def buttons(html: str) -> list[tuple[str, str]]:
    return re.findall(r'class="btn" href="([^"]*)">([^<]*)<', html)


@pytest.mark.parametrize(
    ("address", "status", "title"),
    [
        ("/overview?chanel=Email", 400, "No numbers for this address"),
        ("/live?after_n=x", 400, "No numbers for this address"),
        ("/nonsense", 404, "There is no such page"),
        ("/nonsense/below/it", 404, "There is no such page"),
        ("/settings/nonsense", 404, "There is no such page"),
        ("/settings/keys", 403, "This part of Settings is not open to you"),
        ("/rights", 403, "This is not open to you"),
    ],
)
def test_a_page_of_what_went_wrong_has_the_menu_and_a_way_back(
    address: str, status: int, title: str, place: Place, viewer: Client
) -> None:
    answer = viewer.get(f"/s/{place.site.id}{address}", headers={"referer": CAME_FROM})
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in answer.text
    assert f'href="/s/{place.site.id}/conversions"' in answer.text and "Sign out" in answer.text
    ways = [("/s/any/pages?period=7d", "Back"), (f"/s/{place.site.id}/overview", "Overview"), ("/", "All sites")]
    assert buttons(answer.text) == ways


def test_a_site_that_is_not_open_shows_none_of_its_menu(place: Place, visitor: Client) -> None:
    come_in(visitor, place, "ann", "other", Role.VIEWER)
    answer = visitor.get(f"/s/{place.site.id}/overview")
    assert answer.status_code == 403 and "Overview is not open to you" in answer.text
    assert "Nordlight" not in answer.text and "Your account" in answer.text


def test_a_page_that_broke_comes_with_the_menu_though_nothing_answers(place: Place, admin: Client) -> None:
    place.waiting.down = True
    place.reports.down.add("*")
    answer = admin.get(f"/s/{place.site.id}/channels.csv")
    assert answer.status_code == 503 and "E-" in answer.text
    assert ("/system", "System") in buttons(answer.text)
    assert (f"/s/{place.site.id}/channels.csv", "Try again") in buttons(answer.text)
    assert f'href="/s/{place.site.id}/conversions"' in answer.text


@pytest.mark.parametrize("came", ["https://elsewhere.example/s/x", "http://testserver.local//elsewhere.example", ""])
def test_the_way_back_leads_to_no_other_host(came: str, place: Place, admin: Client) -> None:
    answer = admin.get(f"/s/{place.site.id}/nonsense", headers={"referer": came})
    assert [name for _, name in buttons(answer.text)] == ["Overview", "All sites"]


def test_a_form_that_is_too_old_says_so_and_leads_back(place: Place, admin: Client) -> None:
    answer = admin.post(f"/s/{place.site.id}/notes", data={"_csrf": "old"}, headers={"referer": CAME_FROM})
    assert answer.status_code == 403
    assert "<h1>This form was not taken</h1>" in answer.text and "not open" not in answer.text
    assert ("/s/any/pages?period=7d", "Back") in buttons(answer.text)


def test_who_has_not_signed_in_is_asked_to_for_any_page_of_a_site(place: Place, visitor: Client) -> None:
    answer = visitor.get(f"/s/{place.site.id}/nonsense", follow_redirects=False)
    assert answer.headers["location"] == f"/login?next=/s/{place.site.id}/nonsense"


def test_a_site_alone_leads_to_its_overview(place: Place, admin: Client) -> None:
    answer = admin.get(f"/s/{place.site.id}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/s/{place.site.id}/overview")
